// Sends the confirmation: here, a line in the log. Logs plain text, as many programs do.
import { serve, work } from '../lib/service.mjs';

serve({
  'POST /send': async ({ body }) => {
    await work(15);
    console.log(`INFO mail to ${body.to}: ${body.subject}`);
    return { sent: true };
  },
});

// Takes the money. One card in DECLINE_ONE_IN is declined, so that there is an error to look at.
import { HttpError, log, serve, work } from '../lib/service.mjs';

const declineOneIn = Number(process.env.DECLINE_ONE_IN ?? 25);

serve({
  'POST /charge': async ({ body }) => {
    await work(45);
    if (Math.random() < 1 / declineOneIn) throw new HttpError(402, `the card of ${body.visitor} was declined`);
    log('info', 'charged', { visitor: body.visitor, cents: body.cents });
    return { paid: body.cents };
  },
});

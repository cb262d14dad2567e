// Keeps the books, with the SDK. Nobody calls it: it hears of each order that was placed, also of those placed while it was
// down, and keeps what was sold on each day in the store.
const { createService, z } = await import(process.env.MICRO_SDK ?? 'micro-desktop/sdk');

const Order = z.object({ number: z.number(), cents: z.number() });
const Sales = z.object({ orders: z.number(), cents: z.number() });

const service = createService({ name: 'ledger' });
const sales = service.store.table('sales', Sales);
const today = () => new Date().toISOString().slice(0, 10);

service.events.subscribe(
  'orders.placed',
  { group: 'ledger', from: 'start', schema: Order },
  async ({ payload }, { signal }) => {
    while (!signal.aborted) {
      const record = await sales.read(today());
      const { orders, cents } = record?.value ?? { orders: 0, cents: 0 };
      const next = { orders: orders + 1, cents: cents + payload.cents };
      // Another copy of this service may have written in between: then again, with what it wrote.
      if ((await sales.compareAndSet(today(), record?.revision, next)) === undefined) continue;
      service.logger.info(`order ${payload.number} is in the books`, next);
      return;
    }
    throw new Error('ending');
  },
);

service.handle(
  'Today',
  {
    request: z.object({}),
    response: Sales.extend({ currency: z.string() }),
    description: 'What was sold today.',
  },
  async () => {
    const sold = (await sales.read(today()))?.value ?? { orders: 0, cents: 0 };
    return { ...sold, currency: (await service.config.get('shop.currency', z.string())) ?? 'EUR' };
  },
);

await service.run();

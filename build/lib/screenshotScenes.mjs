import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Until a view has drawn what it asked the server for. */
const VIEW_MS = 1_200;
/** Until a failing service is said to keep crashing, a failed build has its message, and the graph has figures for both. */
const FAILURE_MS = 9_000;

/**
 * What the sample project looks like at work, beside its plain pages: `[name, show]`, in this order, each in both themes.
 * `show` brings the window there from wherever the scene before left it.
 */
export const workScenes = [
  ['inspector', (page) => select(page, 'orders')],
  ['environment', (page) => tab(page, 'orders', 'Environment')],
  ['runs', (page) => tab(page, 'orders', 'Runs')],
  ['usage', (page) => tab(page, 'orders', 'Usage')],
  ['service-calls', (page) => tab(page, 'storefront', 'Calls')],
  ['edge', (page) => edge(page, 'orders>payments')],
  ['panel', openLogPanel],
  ['service-menu', (page) => node(page, 'cart').click({ button: 'right' })],
  ['palette', (page) => page.keyboard.press('Control+k')],
  ['help', (page) => page.keyboard.press('?')],
  ['project-menu', (page) => page.getByRole('banner').getByRole('button', { name: /shop/ }).click()],
  [
    'notices',
    (page) =>
      page
        .getByRole('banner')
        .getByRole('button', { name: /notif|notice/i })
        .click(),
  ],
  ['run-once', (page) => menuItem(page, 'seed', /once/i)],
  ['traces-marked', markTraces],
  ['traces-compared', (page) => page.getByRole('button', { name: 'Compare 2' }).click()],
  ['trace', openTrace],
  ['answer', (page) => sendCall(page, '/products')],
  ['answer-failed', (page) => sendCall(page, '/nothing')],
];

/** The browsers of the state, with something in them. `fillState` comes first. */
export const stateScenes = [
  ['store', (page) => openRecord(page, 'carts', 'cart/0003')],
  ['store-many', openManyKeys],
  ['store-image', (page) => openRecord(page, 'pictures', 'logo.png')],
  ['store-conflict', storeConflict],
  ['store-new', (page) => page.getByRole('button', { name: 'New record' }).click()],
  ['config', (page) => openValue(page, 'pool')],
  ['config-save', saveValue],
  ['config-history', openHistory],
  ['config-raw', (page) => page.getByRole('button', { name: 'JSON', exact: true }).click()],
  ['events', openEvent],
  ['events-groups', (page) => page.getByRole('tab', { name: /^Groups/ }).click()],
  ['events-publish', (page) => page.getByRole('button', { name: 'Publish', exact: true }).click()],
];

/** The same with a service whose build fails and one that keeps crashing; `breakServices` comes first. */
export const failureScenes = [
  ['failed-graph', (page) => pageLink(page, 'Graph')],
  ['failed-build', (page) => select(page, 'orders')],
  ['failed-service', (page) => select(page, 'payments')],
  ['failed-services', (page) => pageLink(page, 'Services')],
];

/** The window before any project is open. */
export const welcomeScenes = [['welcome', async () => {}]];

/** Breaks two services of the sample project in `folder`, by the faults that people make. */
export async function breakServices(folder) {
  const edit = (name, change) => {
    const file = join(folder, 'services', name);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  edit('orders.mjs', (text) => text.replace('{', '{{'));
  edit('payments.mjs', (text) => `throw new Error('PAYMENTS_KEY is not set');\n${text}`);
  await delay(FAILURE_MS);
}

/** Fills the state through `call(method, body)` with what a shop would have. */
export async function fillState(call, picture) {
  const base64 = (text) => Buffer.from(text).toString('base64');
  const write = (table, records) =>
    call('records.Records/Apply', {
      place: { database: 'micro', table },
      operations: records.map(([key, value, ttlMs = 0, metadata = {}]) => ({ key, put: { value, ttlMs, metadata } })),
    });
  const cart = (i) =>
    base64(
      JSON.stringify({ id: i, customer: `customer-${i * 7}`, items: [{ sku: 'tea', count: i }], paid: i % 2 === 0 }),
    );
  await write(
    'carts',
    Array.from({ length: 40 }, (_, i) => [
      `cart/${String(i).padStart(4, '0')}`,
      cart(i),
      i % 3 === 0 ? 1_700_000 + i * 60_000 : 0,
      i % 4 === 3 ? { source: { type: 'string', value: 'web' }, region: { type: 'string', value: 'eu-central' } } : {},
    ]),
  );
  await write('carts', [['cart/Donaudampfschifffahrtsgesellschaftskapitänsmützenbestellungen/2026', cart(1)]]);
  await write('pictures', [
    ['logo.png', readFileSync(picture).toString('base64')],
    ['readme.txt', base64('Plain text, as it stands.\n')],
  ]);
  for (let i = 0; i < 240; i++)
    await call('topics.Topics/Publish', {
      topic: i % 4 === 0 ? 'lager.bestandsaktualisierungen' : 'bestellungen.eingegangen',
      key: `customer-${i % 7}`,
      metadata: i % 3 === 0 ? { source: 'web' } : {},
      payload: base64(
        JSON.stringify({ order: 1000 + i, customer: i % 7, items: [{ sku: 'tea', count: (i % 5) + 1 }] }),
      ),
    });
  const set = (path, value, secret = false) =>
    call('config.Config/Set', { path, value: { data: JSON.stringify(value) }, options: { secret } });
  await set('database', { host: 'db.shop.internal', pool: 5, replicas: ['a', 'b'], tls: true });
  await set('checkout', { currency: 'EUR', Mehrwertsteuerberechnungsverfahren: { standardsatz: 0.19 } });
  await set('payments.key', 'sk_live_not_shown', true);
  await set('database.pool', 8);
  await set('checkout.greeting', 'Thank you for your order. It will be on its way before you have closed this window.');
  await write('versicherungsvertragsabschlussunterlagen', [['a', base64('x')]]);
  for (let start = 0; start < 100_000; start += 10_000)
    await write(
      'sessions',
      Array.from({ length: 10_000 }, (_, i) => [`session/${String(start + i).padStart(6, '0')}`, base64(`user ${i}`)]),
    );
}

/** Shows one scene and waits until it is drawn. */
export async function show(page, scene, call) {
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await scene(page, call);
  await delay(VIEW_MS);
}

const node = (page, name) => page.locator(`.react-flow__node[data-id="${name}"]`);

async function pageLink(page, title) {
  await page.getByRole('navigation', { name: 'Pages' }).getByText(title, { exact: true }).click();
}

async function select(page, name) {
  await pageLink(page, 'Graph');
  await page.getByRole('button', { name: 'Show the whole graph' }).click();
  await delay(VIEW_MS / 2);
  await node(page, name).click();
}

async function tab(page, service, name) {
  await select(page, service);
  await page.getByRole('complementary', { name: 'Inspector' }).getByRole('tab', { name }).click();
}

async function edge(page, key) {
  await pageLink(page, 'Graph');
  const { x, y } = await page.locator(`[data-edge="${key}"] .react-flow__edge-interaction`).evaluate((path) => {
    const half = path.getPointAtLength(path.getTotalLength() / 2);
    const { a, d, e, f } = path.getScreenCTM();
    return { x: half.x * a + e, y: half.y * d + f };
  });
  await page.mouse.click(x, y);
}

async function openLogPanel(page) {
  await select(page, 'orders');
  await node(page, 'orders').dblclick();
  await page.getByRole('grid', { name: /orders/ }).waitFor();
  await page.getByRole('button', { name: 'Show the whole graph' }).click();
}

async function openTable(page, table) {
  await pageLink(page, 'Store');
  await page
    .getByRole('navigation', { name: 'Tables' })
    .getByRole('button', { name: new RegExp(`^${table}`) })
    .click();
}

async function openRecord(page, table, key) {
  await openTable(page, table);
  await page.getByRole('grid').getByText(key, { exact: true }).click();
}

async function openManyKeys(page) {
  await openTable(page, 'sessions');
  const grid = page.getByRole('grid');
  await grid.getByText('session/000000').click();
  await page.mouse.wheel(0, 1_400_000);
  await delay(VIEW_MS);
  await grid.getByRole('row').nth(4).click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
}

/** Somebody else writes what is being edited. */
async function storeConflict(page, call) {
  await openRecord(page, 'carts', 'cart/0005');
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('textbox', { name: 'Value', exact: true }).fill('{\n  "items": ["mine"]\n}');
  const value = Buffer.from('{"id":5,"items":["theirs"],"paid":true}').toString('base64');
  await call('records.Records/Apply', {
    place: { database: 'micro', table: 'carts' },
    operations: [{ key: 'cart/0005', put: { value, ttlMs: 0 } }],
  });
}

async function openValue(page, name) {
  await pageLink(page, 'Config');
  await page.getByRole('button', { name: 'Tree', exact: true }).click();
  const history = page.getByRole('button', { name: 'History', exact: true });
  if ((await history.getAttribute('aria-pressed')) === 'true') await history.click();
  await page.getByRole('tree').getByText(name, { exact: true }).click();
}

async function saveValue(page) {
  await openValue(page, 'pool');
  await page.getByRole('textbox', { name: 'Value', exact: true }).fill('12');
  await page.getByRole('button', { name: 'Save…' }).click();
}

async function openHistory(page) {
  await openValue(page, 'pool');
  await page.getByRole('button', { name: 'History', exact: true }).click();
  await page.getByRole('checkbox', { name: 'Compare revision 2' }).check();
  await page.getByRole('button', { name: /^4 / }).click();
}

async function openEvent(page) {
  await pageLink(page, 'Events');
  await page
    .getByRole('navigation', { name: 'Topics' })
    .getByRole('button', { name: /^bestellungen/ })
    .click();
  await page.getByRole('grid').getByRole('row').nth(3).click();
}

async function menuItem(page, service, name) {
  await pageLink(page, 'Graph');
  await node(page, service).click({ button: 'right' });
  await page.getByRole('menuitem', { name }).click();
}

/** Two traces of the same call, held still. */
async function markTraces(page) {
  await pageLink(page, 'Traces');
  await page.getByRole('button', { name: 'Live' }).click();
  const rows = page.getByRole('grid', { name: 'Traces' }).getByRole('row', { name: /POST \/buy/ });
  for (const at of [0, 1]) await rows.nth(at).getByRole('checkbox').check();
}

async function openTrace(page) {
  await pageLink(page, 'Traces');
  await page
    .getByRole('grid', { name: 'Traces' })
    .getByRole('row', { name: /POST \/buy/ })
    .first()
    .click();
  await page
    .getByRole('treegrid')
    .getByRole('row', { name: /orders POST \/orders/ })
    .click();
}

async function sendCall(page, path = '/products') {
  await pageLink(page, 'Calls');
  await page.getByRole('region', { name: 'Calls', exact: true }).waitFor();
  const choose = page.getByRole('button', { name: 'Choose a service' });
  if (await choose.isVisible()) {
    await choose.click();
    await page.getByRole('menuitemradio', { name: 'catalog' }).click();
  }
  await page.getByLabel('Path').fill(path);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

import nodeHttp from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../electron/server/base/clock.ts';
import { silentLogger } from '../../../electron/server/base/logger.ts';
import { MetricBoard } from '../../../electron/server/traces/metricBoard.ts';
import { OtlpGrpc } from '../../../electron/server/traces/otlpGrpc.ts';
import { OtlpHttp } from '../../../electron/server/traces/otlpHttp.ts';
import { OtlpReports } from '../../../electron/server/traces/otlpReports.ts';
import { TraceStore } from '../../../electron/server/traces/traceStore.ts';
import { LogsService } from '../../../shared/contract/gen/otlp_logs_pb.ts';
import { type TracesRequest, TracesRequestSchema } from '../../../shared/contract/gen/otlp_pb.ts';
import { TraceService } from '../../../shared/contract/gen/otlp_trace_pb.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';

const TRACE = '5b8efff798038103d269b633813fc60c';

let store: TraceStore;
let metrics: MetricBoard;
let lines: { service: string; line: string }[];
let http: OtlpHttp;
let grpc: OtlpGrpc;
let url: string;
let sender: string | undefined;

beforeEach(async () => {
  store = new TraceStore({
    folder: join(await tempFolder('otlp'), 'traces'),
    clock: systemClock,
    logger: silentLogger,
  });
  store.start();
  metrics = new MetricBoard();
  lines = [];
  sender = undefined;
  const logs = {
    append: (service: string, line: string) => service !== 'nobody' && lines.push({ service, line }) > 0,
  };
  const reports = new OtlpReports({ traces: store, metrics, logs, serviceOf: () => sender });
  http = new OtlpHttp(reports);
  grpc = new OtlpGrpc(reports);
  url = `http://127.0.0.1:${await http.listen('127.0.0.1', 0)}`;
});

afterEach(async () => {
  await http.close();
  await grpc.close();
  await store.close();
});

/** As the collector's own example has it: hex ids, times as text, enumerations as numbers. */
const asJson = {
  resourceSpans: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'orders' } },
          { key: 'service.instance.id', value: { stringValue: 'orders-1' } },
        ],
        droppedAttributesCount: 0,
      },
      scopeSpans: [
        {
          scope: { name: 'my.library' },
          spans: [
            {
              traceId: TRACE.toUpperCase(),
              spanId: 'EEE19B7EC3C1B174',
              parentSpanId: 'EEE19B7EC3C1B173',
              name: 'pay',
              kind: 3,
              startTimeUnixNano: '1544712660000000000',
              endTimeUnixNano: '1544712660250500000',
              attributes: [
                { key: 'n', value: { intValue: '42' } },
                { key: 'list', value: { arrayValue: { values: [{ boolValue: true }, { doubleValue: 1.5 }] } } },
              ],
              events: [{ timeUnixNano: '1544712660100000000', name: 'retry' }],
              links: [{ traceId: TRACE, spanId: 'eee19b7ec3c1b175' }],
              status: { code: 2, message: 'declined' },
              someNewMember: 1,
            },
          ],
        },
      ],
    },
  ],
};

const asProto = (traceId = TRACE): TracesRequest =>
  create(TracesRequestSchema, {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { value: { case: 'stringValue', value: 'cart' } } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: Buffer.from(traceId, 'hex'),
                spanId: Buffer.from('00f067aa0ba902b7', 'hex'),
                name: 'GET /cart',
                kind: 2,
                startTimeUnixNano: 1_544_712_660_000_000_000n,
                endTimeUnixNano: 1_544_712_661_000_000_000n,
              },
            ],
          },
        ],
      },
    ],
  });

const post = (path: string, body: string | Uint8Array, headers: Record<string, string>): Promise<Response> =>
  fetch(`${url}${path}`, { method: 'POST', body: body as BodyInit, headers });

const JSON_TYPE = { 'content-type': 'application/json' };
const PROTO_TYPE = { 'content-type': 'application/x-protobuf' };

it('spans reported as JSON over HTTP', async () => {
  const response = await post('/v1/traces', JSON.stringify(asJson), JSON_TYPE);
  expect([response.status, await response.json()]).toEqual([200, {}]);
  expect((await store.get(TRACE))?.spans).toEqual([
    {
      traceId: TRACE,
      spanId: 'eee19b7ec3c1b174',
      parentSpanId: 'eee19b7ec3c1b173',
      service: 'orders',
      name: 'pay',
      kind: 'client',
      startedAt: 1_544_712_660_000,
      durationMs: 250.5,
      failed: true,
      message: 'declined',
      attributes: { n: '42', list: '[true,1.5]', 'otel.scope.name': 'my.library' },
      events: [{ at: 1_544_712_660_100, name: 'retry', attributes: {} }],
      links: [{ traceId: TRACE, spanId: 'eee19b7ec3c1b175' }],
      source: 'service',
      from: '',
      instance: 'orders-1',
    },
  ]);
});

it('spans reported as protobuf over HTTP, packed and plain, and over gRPC', async () => {
  const body = toBinary(TracesRequestSchema, asProto('11'.repeat(16)));
  expect((await post('/v1/traces', body, PROTO_TYPE)).headers.get('content-type')).toBe('application/x-protobuf');
  const packed = gzipSync(toBinary(TracesRequestSchema, asProto('22'.repeat(16))));
  expect((await post('/v1/traces', packed, { ...PROTO_TYPE, 'content-encoding': 'gzip' })).status).toBe(200);
  const port = await grpc.listen('127.0.0.1', 0);
  const client = createClient(TraceService, createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` }));
  await client.export(asProto('33'.repeat(16)));
  for (const digits of ['11', '22', '33']) {
    expect((await store.get(digits.repeat(16)))?.spans[0]).toMatchObject({ service: 'cart', durationMs: 1000 });
  }
});

it('a program that does not say its name is the service whose process reports', async () => {
  sender = 'menu';
  const of = (name: string, traceId: string): TracesRequest => {
    const request = asProto(traceId);
    request.resourceSpans[0]!.resource!.attributes[0]!.value!.value = { case: 'stringValue', value: name };
    return request;
  };
  const port = await grpc.listen('127.0.0.1', 0);
  const client = createClient(TraceService, createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` }));
  await client.export(of('unknown_service:node', '44'.repeat(16)));
  await post('/v1/traces', toBinary(TracesRequestSchema, of('', '55'.repeat(16))), PROTO_TYPE);
  await post('/v1/traces', toBinary(TracesRequestSchema, of('other', '66'.repeat(16))), PROTO_TYPE);
  sender = undefined;
  await client.export(of('unknown_service:node', '77'.repeat(16)));
  const names = await Promise.all(
    ['44', '55', '66', '77'].map(async (digits) => (await store.get(digits.repeat(16)))?.spans[0]?.service),
  );
  expect(names).toEqual(['menu', 'menu', 'other', 'unknown_service:node']);
});

it('spans without a valid id are refused one by one', async () => {
  const request = asProto('00'.repeat(16));
  request.resourceSpans.push(...asProto().resourceSpans);
  const port = await grpc.listen('127.0.0.1', 0);
  const client = createClient(TraceService, createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` }));
  expect((await client.export(request)).partialSuccess).toMatchObject({ rejected: 1n });
  expect(await store.list({}, 10)).toHaveLength(1);
});

it('log records become lines of their service, with the ids of their trace', async () => {
  const record = {
    timeUnixNano: '1544712660300000000',
    severityNumber: 17,
    body: { stringValue: 'card declined' },
    attributes: [{ key: 'order', value: { intValue: 7 } }],
    traceId: TRACE,
    spanId: 'eee19b7ec3c1b174',
  };
  const of = (service: string) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeLogs: [{ logRecords: [record] }],
  });
  const response = await post('/v1/logs', JSON.stringify({ resourceLogs: [of('orders'), of('nobody')] }), JSON_TYPE);
  expect(await response.json()).toMatchObject({ partialSuccess: { rejected: '1' } });
  expect(lines.map(({ service, line }) => [service, JSON.parse(line)])).toEqual([
    [
      'orders',
      {
        time: '2018-12-13T14:51:00.300Z',
        level: 'error',
        message: 'card declined',
        trace_id: TRACE,
        span_id: 'eee19b7ec3c1b174',
        order: 7,
      },
    ],
  ]);
  const port = await grpc.listen('127.0.0.1', 0);
  const client = createClient(LogsService, createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}` }));
  await client.export({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityText: 'WARN' }] }] }] });
  expect(JSON.parse(lines.at(-1)!.line)).toEqual({ level: 'warn', message: '' });
});

it('a name that was made to point at loopback is refused', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    nodeHttp
      .request(`${url}/v1/traces`, { method: 'POST', headers: { ...JSON_TYPE, host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on('error', reject)
      .end('{}');
  });
  expect(status).toBe(403);
});

it('metrics are kept', async () => {
  const metric = { name: 'jvm.threads', sum: { dataPoints: [{ asInt: '12', timeUnixNano: 1544712660300000000 }] } };
  await post(
    '/v1/metrics',
    JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] }),
    JSON_TYPE,
  );
  expect(metrics.metrics('')).toMatchObject([{ name: 'jvm.threads', kind: 'sum', points: [{ value: 12 }] }]);
});

it('what is no report is refused with the reason', async () => {
  const refused = async (answer: Promise<Response>): Promise<[number, unknown]> => {
    const response = await answer;
    return [response.status, ((await response.json()) as { message: string }).message];
  };
  expect(await refused(post('/v1/other', '{}', JSON_TYPE))).toEqual([404, expect.stringContaining('/v1/traces')]);
  expect(await refused(fetch(`${url}/v1/traces`))).toEqual([405, 'reports are sent with POST']);
  expect(await refused(post('/v1/traces', '{}', { 'content-type': 'text/plain' }))).toEqual([
    415,
    expect.stringContaining('application/x-protobuf'),
  ]);
  expect((await refused(post('/v1/traces', '{"resourceSpans": 7}', JSON_TYPE)))[0]).toBe(400);
  expect((await refused(post('/v1/traces', 'no proto', PROTO_TYPE)))[0]).toBe(400);
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  expect((await refused(post('/v1/traces', bomb, { ...PROTO_TYPE, 'content-encoding': 'gzip' })))[0]).toBe(400);
});

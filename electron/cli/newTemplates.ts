/** A kind of service that `micro new` can make. */
export interface Template {
  language: string;
  /** The program that runs it, which has to be installed. */
  program: string;
  run: string;
  /** The command that calls its endpoint. */
  call(name: string): string;
  /** Whether the file of the SDK stands beside it. */
  needsSdk: boolean;
  /** Its files by name. */
  files(name: string): Record<string, string>;
}

/** The handler that is meant when an endpoint names none, as the gateway has it: `order-items` is `OrderItems`. */
function handlerName(name: string): string {
  return name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const node: Template = {
  language: 'node',
  program: 'node',
  run: 'node main.mjs',
  call: (name) => `micro call ${name} ${handlerName(name)}.Hello '{"name":"Ann"}'`,
  needsSdk: true,
  files: (name) => ({
    'main.mjs': `import { createService, z } from './micro-sdk.mjs';

const service = createService({ name: '${name}' });

service.handle(
  'Hello',
  {
    request: z.object({ name: z.string().default('World') }),
    response: z.object({ message: z.string() }),
  },
  ({ name }) => {
    service.logger.info('greeted', { name });
    return { message: \`Hello \${name}\` };
  },
);

await service.run();
`,
    'package.json': `${JSON.stringify({ name, private: true, type: 'module', scripts: { start: 'node main.mjs' } }, null, 2)}\n`,
  }),
};

const python: Template = {
  language: 'python',
  program: process.platform === 'win32' ? 'python' : 'python3',
  run: `${process.platform === 'win32' ? 'python' : 'python3'} main.py`,
  call: (name) => `micro call ${name} /Hello '{"name":"Ann"}'`,
  needsSdk: false,
  files: (name) => ({
    'main.py': `"""${name}: a service in plain HTTP, with nothing but Python's own library."""
import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def log(level, message, **fields):
    print(json.dumps({"level": level, "message": message, **fields}), flush=True)


def hello(request):
    name = request.get("name", "World")
    log("info", "greeted", name=name)
    return {"message": f"Hello {name}"}


ENDPOINTS = {"/Hello": hello}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/healthz":
            self.answer(200, {"status": "ok"})
        else:
            self.answer(404, {"error": f"there is no {self.path}"})

    def do_POST(self):
        endpoint = ENDPOINTS.get(self.path)
        if endpoint is None:
            return self.answer(404, {"error": f"there is no {self.path}"})
        try:
            request = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or "{}")
        except ValueError as error:
            return self.answer(400, {"error": f"the body is not JSON: {error}"})
        self.answer(200, endpoint(request))

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Handler)
server.daemon_threads = False  # the end waits for answers that are under way
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
log("info", f"listens on port {server.server_port}")
server.serve_forever()
server.server_close()
`,
  }),
};

/** Every template; each runs as it is, without a compiler, a code generator or packages from anywhere. */
export const templates: readonly Template[] = [node, python];

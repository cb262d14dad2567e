import { describe, expect, it } from 'vitest';
import { debugLaunch } from '../../../electron/server/runtime/debugLaunch.ts';
import { DebuggerOutput } from '../../../electron/server/runtime/debuggerOutput.ts';

const argv = (command: string, language = ''): string => debugLaunch(command.split(' '), language, 7).argv.join(' ');

describe('a command with its debugger', () => {
  it('begins with the runtime, its own options kept where they belong', () => {
    expect(argv('node --enable-source-maps main.js -p')).toBe(
      'node --inspect=127.0.0.1:7 --enable-source-maps main.js -p',
    );
    expect(argv('python3 -u -m http.server')).toBe('python3 -u -m debugpy --listen 127.0.0.1:7 -m http.server');
    expect(argv('python main.py -u')).toBe('python -m debugpy --listen 127.0.0.1:7 main.py -u');
    expect(argv('python3 -X dev -Wignore app.py')).toBe(
      'python3 -X dev -Wignore -m debugpy --listen 127.0.0.1:7 app.py',
    );
    expect(argv('java -jar app.jar')).toContain(
      'java -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:7 -jar',
    );
    expect(argv('go run ./cmd/api -v')).toBe(
      'dlv debug ./cmd/api --headless --listen=127.0.0.1:7 --api-version=2 --accept-multiclient --continue -- -v',
    );
    const delve = '--headless --listen=127.0.0.1:7 --api-version=2 --accept-multiclient --continue';
    expect(argv('go run -race -tags dev main.go wire.go -v')).toBe(
      `dlv debug main.go wire.go ${delve} --build-flags=-race -tags dev -- -v`,
    );
    expect(argv('go run')).toBe(`dlv debug . ${delve} --`);
    expect(argv('./api -v', 'go')).toMatch(/^dlv exec \.\/api .* -- -v$/);
  });

  it('is handed through launchers by a variable, each process with a port of its own', () => {
    expect(debugLaunch(['npm', 'run', 'dev'], 'js', 7)).toMatchObject({
      argv: ['npm', 'run', 'dev'],
      env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' },
      port: undefined,
    });
    expect(debugLaunch(['mvn', 'exec:java'], 'java', 7).env).toHaveProperty('JAVA_TOOL_OPTIONS');
  });

  it('is refused for what no debugger is known for', () => {
    expect(() => debugLaunch(['ruby', 'main.rb'], 'rb', 7)).toThrow(/not known how to debug "ruby main.rb"/);
  });
});

describe('the output of a runtime with an open debugger', () => {
  it('names the port, also when it comes in pieces, and the last one counts', () => {
    const output = new DebuggerOutput();
    const push = (text: string): number | undefined => output.push(Buffer.from(text));
    expect(push('> dev\nDebugger listening on ws://127.0')).toBeUndefined();
    expect(push('.0.1:40001/6c2f\n')).toBe(40001);
    expect(push('hello\n')).toBeUndefined();
    expect(push('Debugger listening on ws://127.0.0.1:40002/x\r\n')).toBe(40002);
    expect(push('Listening for transport dt_socket at address: 5123\n')).toBe(5123);
    expect(push('Listening for transport dt_socket at address: 127.0.0.1:5124\n')).toBe(5124);
  });
});

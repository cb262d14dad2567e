import { describe, expect, it } from 'vitest';
import { LOG_LEVELS } from '../../../shared/contract/logLevels.ts';
import { detectLevel } from '../../../shared/lib/logLevels.ts';

const lines: [level: string, logger: string, line: string][] = [
  ['info', 'pino', '{"level":30,"time":1531171074631,"pid":657,"hostname":"a","msg":"hello world"}'],
  ['fatal', 'pino', '{"level":60,"msg":"down"}'],
  ['error', 'bunyan', '{"name":"app","hostname":"a","pid":1,"level":50,"msg":"broken","v":0}'],
  ['warn', 'winston json', '{"message":"careful","level":"warn"}'],
  ['info', 'winston simple', 'info: server listens on 3000'],
  ['error', 'zap json', '{"level":"error","ts":1700000000.1,"caller":"main.go:3","msg":"failed"}'],
  ['info', 'zap console', '2024-01-02T15:04:05.000Z\tINFO\tmain.go:3\tstarted'],
  ['debug', 'zap console, lower case', '2024-01-02T15:04:05.000Z\tdebug\tmain.go:3\tstarted'],
  ['warn', 'logrus', 'time="2024-01-02T15:04:05Z" level=warning msg="low disk"'],
  ['error', 'slog json', '{"time":"2024-01-02T15:04:05.0Z","level":"ERROR","msg":"x"}'],
  ['info', 'slog text', 'time=2024-01-02T15:04:05.000Z level=INFO msg=hello'],
  ['warn', 'python', 'WARNING:root:disk is nearly full'],
  ['error', 'python with format', '2024-01-02 15:04:05,123 - app.db - ERROR - lost connection'],
  ['error', 'python uncaught', 'Traceback (most recent call last):'],
  ['error', 'python exception', "KeyError: 'name'"],
  ['fatal', 'python critical', 'CRITICAL:root:gone'],
  ['info', 'uvicorn', 'INFO:     Uvicorn running on http://127.0.0.1:8000'],
  ['info', 'log4j', '2024-01-02 15:04:05,123 INFO  [main] com.shop.Main - up'],
  ['error', 'logback', '15:04:05.123 [http-1] ERROR c.s.Orders - failed'],
  ['warn', 'spring', '2024-01-02T15:04:05.123Z  WARN 812 --- [main] o.s.Thing : odd'],
  ['error', 'java uncaught', 'Exception in thread "main" java.lang.IllegalStateException: no'],
  ['error', 'java cause', 'Caused by: java.io.IOException: broken pipe'],
  ['fatal', 'java.util.logging', 'Jan 02, 2024 3:04:05 PM com.shop.Main main FATAL: x'],
  ['error', 'severe', 'SEVERE: cannot bind'],
  ['error', 'brackets', '[ERROR] it broke'],
  ['error', 'nginx', '2024/01/02 15:04:05 [error] 31#31: *1 open() failed'],
  ['error', 'word and colon', 'ERROR: relation "x" does not exist'],
  ['error', 'npm', 'npm ERR! code ELIFECYCLE'],
  ['warn', 'npm', 'npm WARN deprecated x@1'],
  ['warn', '.NET', 'warn: Microsoft.Hosting[0]'],
  ['error', '.NET', 'fail: Microsoft.Hosting[0]'],
  ['error', 'klog', 'E0102 15:04:05.000000       1 main.go:3] cannot list'],
  ['info', 'klog', 'I0102 15:04:05.000000       1 main.go:3] ok'],
  ['fatal', 'go panic', 'panic: runtime error: index out of range'],
  ['error', 'node uncaught', 'TypeError: x is not a function'],
  ['error', 'rust panic', "thread 'main' panicked at src/main.rs:2:5:"],
  ['warn', 'env_logger', '[2024-01-02T15:04:05Z WARN  shop] careful'],
  ['error', 'coloured', '\x1b[31mERROR\x1b[39m (812): failed'],
  ['error', 'coloured in brackets', '\x1b[2m15:04:05\x1b[0m [\x1b[31merror\x1b[0m] failed'],
  ['', 'plain', 'listening on port 4001'],
  ['', 'a word that only contains one', 'INFORMATIONAL GET /ERRORS 200'],
  ['', 'a count', 'Found 0 errors in 3 files'],
  ['', 'the inside of a stack trace', '    at Object.error (/app/error.js:1:2)'],
  ['', 'JSON without a level', '{"a":1}'],
  ['', 'empty', ''],
];

describe('detectLevel', () => {
  it.each(lines)('finds %j in a line of %s: %s', (level, _logger, line) => {
    expect(LOG_LEVELS[detectLevel(line)]).toBe(level);
  });
});

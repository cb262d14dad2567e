/** Number of a level as stored; 0 stands for "no level was found". */
export type LevelNumber = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** Every word that loggers use, lower case, and the level it means. */
const WORDS: Readonly<Record<string, LevelNumber>> = {
  trace: 1,
  trc: 1,
  verbose: 1,
  finest: 1,
  finer: 1,
  silly: 1,
  debug: 2,
  dbg: 2,
  dbug: 2,
  fine: 2,
  info: 3,
  inf: 3,
  information: 3,
  informational: 3,
  notice: 3,
  config: 3,
  log: 3,
  http: 3,
  warn: 4,
  warning: 4,
  wrn: 4,
  error: 5,
  err: 5,
  fail: 5,
  failure: 5,
  severe: 5,
  fatal: 6,
  critical: 6,
  crit: 6,
  panic: 6,
  emerg: 6,
  emergency: 6,
  alert: 6,
  dpanic: 6,
};

/** In lower and in upper case, as nearly every logger writes them: no line then pays for a copy in lower case. */
const LEVELS_OF_WORDS = new Map<string, LevelNumber>(
  Object.entries(WORDS).flatMap(([word, level]) => [
    [word, level],
    [word.toUpperCase(), level],
  ]),
);

/** The level that a logger's word means, or 0. */
export function levelOfWord(word: string): LevelNumber {
  return LEVELS_OF_WORDS.get(word) ?? LEVELS_OF_WORDS.get(word.toLowerCase()) ?? 0;
}

/** The number of a level's name as `LogQuery.levels` has it (also `warning`, `err`, …), or 0. */
export function levelNumber(name: string): LevelNumber {
  return levelOfWord(name);
}

/** Characters looked at for a level: beyond them a word is part of the message. */
export const LEVEL_SEARCH_CHARS = 160;

/** Characters of a JSON line looked at; loggers write the level among the first members, some (zap, slog) after the time. */
export const LEVEL_SEARCH_JSON_CHARS = 512;

const JSON_LEVEL =
  /"(?:level|severity|lvl|levelname|log\.level|loglevel|level_name|@l|severity_text|SeverityText)"\s*:\s*(?:"([A-Za-z]{1,13})"|(\d{1,3}))/;

/** logfmt (logrus, slog text handler, Go kit): level=error, lvl="warn". */
const LOGFMT = /(?:^|\s)(?:level|lvl|severity)="?([A-Za-z]{1,13})\b/;

/** A level in capitals as a word of its own: log4j, logback, python, zap console, env_logger, pino-pretty, PostgreSQL. */
const CAPITALS =
  /(?:^|[\s[(<|:{-])(TRACE|VERBOSE|FINEST|FINER|FINE|DEBUG|DBG|INFO|INF|NOTICE|WARN|WARNING|WRN|ERROR|ERR|SEVERE|FATAL|CRITICAL|CRIT|PANIC|EMERG|ALERT|DPANIC)(?=$|[\s\])>|:},!/(-])/;

/** A level in brackets in any case: nginx `[error]`, Monolog `app.ERROR`, syslog `<warn>`. */
const BRACKETS =
  /[[<(]\s*(trace|verbose|debug|info|notice|warn|warning|error|err|crit|critical|fatal|alert|emerg|panic|severe)\s*[\])>]/i;

/** A level that starts the line in any case: `error: …`, `warn  - …`, winston simple, .NET `fail: …`, npm `npm ERR! …`. */
const LINE_START =
  /^(?:npm\s+)?(trace|trce|verbose|silly|debug|dbug|info|notice|warn|warning|error|err|fail|fatal|crit|critical|panic)(?::|!|\s+-\s|\s*\t|\]\s)/i;

/** zap's console encoder and others that separate by tabs: `2024-…\tinfo\tmain.go:3\t…`. */
const TABS = /\t(debug|info|warn|error|dpanic|panic|fatal)\t/i;

/** klog and glog: `E0102 15:04:05.000000 …`. */
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;

/** What languages print for what nobody caught. */
const UNCAUGHT =
  /^(?:Traceback \(most recent call last\)|Exception in thread |Unhandled exception|Uncaught |Caused by: |(?:[A-Za-z_$][\w$.]*\.)?[A-Z][A-Za-z]*(?:Error|Exception)(?::|$| \[)|thread '[^']*' panicked at|PHP (?:Fatal|Parse) error)/;

const GO_PANIC = /^(?:panic: |fatal error: )/;

/** Numbers of pino and bunyan: 10, 20, … 60. Syslog's 0 to 7 go the other way round. */
function levelOfNumber(value: number): LevelNumber {
  if (value >= 60) return 6;
  if (value >= 50) return 5;
  if (value >= 40) return 4;
  if (value >= 30) return 3;
  if (value >= 20) return 2;
  if (value >= 10) return 1;
  if (value <= 2) return 6;
  if (value === 3) return 5;
  if (value === 4) return 4;
  if (value <= 6) return 3;
  return 2;
}

// ANSI colours around the level word must not hide it.
const SGR = /\x1b\[[\d;]*m/g;

/**
 * The level that a line states about itself, or 0. `head` is its beginning (Latin-1 is enough: every word looked for is
 * ASCII). The stream a line came from says nothing: many programs write everything to stderr.
 */
export function detectLevel(head: string): LevelNumber {
  if (head.length === 0) return 0;
  let start = 0;
  while (start < head.length && head.charCodeAt(start) === 32) start++;
  if (head.charCodeAt(start) === 123) {
    const found = JSON_LEVEL.exec(head);
    if (found) return found[1] !== undefined ? levelOfWord(found[1]) : levelOfNumber(Number(found[2]));
    return 0;
  }
  // Indented lines are the inside of a stack trace or a dump.
  if (start >= 4 || head.charCodeAt(0) === 9) return 0;
  let text = head.length > LEVEL_SEARCH_CHARS ? head.slice(0, LEVEL_SEARCH_CHARS) : head;
  if (text.includes('\x1b')) text = text.replace(SGR, '');
  const capitals = CAPITALS.exec(text);
  if (capitals) return levelOfWord(capitals[1] as string);
  const word = LINE_START.exec(text) ?? LOGFMT.exec(text) ?? BRACKETS.exec(text) ?? TABS.exec(text);
  if (word) return levelOfWord(word[1] as string);
  const first = text.charCodeAt(0);
  // 'E' 'F' 'I' 'W': klog; upper-case letters and a few words begin what nobody caught.
  if (first >= 65 && first <= 90) {
    const klog = KLOG.exec(text);
    if (klog) return klog[1] === 'I' ? 3 : klog[1] === 'W' ? 4 : klog[1] === 'E' ? 5 : 6;
  }
  if (UNCAUGHT.test(text)) return 5;
  if (GO_PANIC.test(text)) return 6;
  return 0;
}

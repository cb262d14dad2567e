import type { Listener, ProcessInfo, ProcessTable } from './processTable.ts';
import { type RunProgram, runProgram } from './runProgram.ts';
import { wholeList } from './wholeList.ts';

/** One row of {@link CIM_QUERY}. */
interface CimProcess {
  ProcessId: number;
  ParentProcessId: number;
  Start: string | null;
  Name: string | null;
  CommandLine: string | null;
  Cpu: number;
  WorkingSetSize: number;
  ThreadCount: number;
}

/** The start as file time text: a JSON number would lose digits, a date its ticks. CPU times come in 100 ns. */
const COLUMNS =
  "ProcessId,ParentProcessId,@{n='Start';e={if($_.CreationDate){[string]$_.CreationDate.ToFileTimeUtc()}}},Name," +
  "CommandLine,@{n='Cpu';e={$_.KernelModeTime+$_.UserModeTime}},WorkingSetSize,ThreadCount";

const query = (filter: string): string =>
  '[Console]::OutputEncoding=[Text.Encoding]::UTF8;' +
  `Get-CimInstance Win32_Process${filter}|Select-Object ${COLUMNS}|ConvertTo-Json -Compress`;

/**
 * The process table of Windows, read with PowerShell (CIM) and netstat. Windows tells neither groups nor the environment
 * of another process, so a tree is what descends from its leader.
 */
export class WindowsProcessTable implements ProcessTable {
  constructor(private readonly run: RunProgram = runProgram) {}

  async list(): Promise<ProcessInfo[]> {
    return wholeList(async () => parseCimProcesses(await this.powershell(query(''))));
  }

  async get(pid: number): Promise<ProcessInfo | undefined> {
    return parseCimProcesses(await this.powershell(query(` -Filter 'ProcessId=${pid}'`)))[0];
  }

  async withEnvironment(): Promise<number[]> {
    return [];
  }

  async byEnvironment(): Promise<Map<string, number[]>> {
    return new Map();
  }

  async listeners(pids?: ReadonlySet<number>): Promise<Listener[]> {
    if (pids?.size === 0) return [];
    const [v4, v6] = await Promise.all([
      this.run('netstat', ['-ano', '-p', 'TCP']),
      this.run('netstat', ['-ano', '-p', 'TCPv6']),
    ]);
    const sockets = parseNetstat(`${v4}\n${v6}`).filter((socket) => !pids || pids.has(socket.pid));
    if (sockets.length === 0) return [];
    const wanted = new Set(sockets.map((socket) => socket.pid));
    const filter = [...wanted].map((pid) => `ProcessId=${pid}`).join(' OR ');
    const commands = new Map(
      parseCimProcesses(await this.powershell(query(` -Filter '${filter}'`))).map((info) => [info.pid, info.command]),
    );
    return sockets.map((socket) => ({ ...socket, command: commands.get(socket.pid) ?? '' }));
  }

  private powershell(command: string): Promise<string> {
    return this.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command]);
  }
}

/** Reads the JSON of the CIM query; one process alone comes as an object, several as an array. */
export function parseCimProcesses(json: string): ProcessInfo[] {
  const text = json.replace(/^\uFEFF/, '').trim();
  if (text === '') return [];
  const parsed = parseOrNothing(text);
  return (Array.isArray(parsed) ? parsed : [parsed]).map((row) => ({
    pid: row.ProcessId,
    ppid: row.ParentProcessId,
    pgid: 0,
    startTime: row.Start ?? '',
    command: row.CommandLine ?? row.Name ?? '',
    zombie: false,
    cpuMs: row.Cpu / 10_000,
    memoryBytes: row.WorkingSetSize,
    threads: row.ThreadCount,
  }));
}

/** PowerShell that is ended in the middle of its answer leaves a part of it. */
function parseOrNothing(text: string): CimProcess | CimProcess[] {
  try {
    return JSON.parse(text) as CimProcess | CimProcess[];
  } catch {
    return [];
  }
}

/**
 * Reads `netstat -ano`. The state column is in the language of the system (LISTENING, ABHÖREN), so a listener is told by
 * its remote port 0.
 */
export function parseNetstat(text: string): { address: string; port: number; pid: number }[] {
  const sockets: { address: string; port: number; pid: number }[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*TCP\s+(\S+):(\d+)\s+\S+:0\s+.*?(\d+)\s*$/.exec(line);
    if (!match) continue;
    const [, address = '', port, pid] = match;
    const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
    sockets.push({ address: plain, port: Number(port), pid: Number(pid) });
  }
  return sockets;
}

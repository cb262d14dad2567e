export type { LogEntry } from './base/logger.ts';
export { doctor } from './api/doctor.ts';
export type { ListenOptions } from './publicListener.ts';
export type { EngineAddresses } from './engineAddresses.ts';
export type { MicroServer, ServerAddresses, ServerOptions } from './microServer.ts';
export { createServer } from './server.ts';
export type { KubernetesRuntimeOptions } from './runtime/kubernetes/kubernetesRuntime.ts';
export type { ServerFile } from './serverFile.ts';
export type { ReloadNews } from './serverNews.ts';

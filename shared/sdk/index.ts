/** What a service imports: `import { createService, z } from 'micro-desktop/sdk'`. */
export { z } from 'zod';
export { type CallContext, currentCall } from './callContext.ts';
export type { CallOptions, CheckedCallOptions } from './calls.ts';
export type { Config } from './config.ts';
export type { Events, PublishOptions } from './events.ts';
export type { EndpointHandler, EndpointSchemas } from './jsonHandlers.ts';
export { createLogger, type LogFields, type Logger } from './logger.ts';
export type { RequestListener } from './port.ts';
export { createService, type Service, type ServiceOptions } from './service.ts';
export { type ErrorBody, type FieldProblem, ServiceError, type ServiceErrorOptions } from './serviceError.ts';
export type { EventHandler, ReceivedEvent, SubscribeOptions, Subscription } from './subscription.ts';
export type { ListOptions, Store, StoreChange, StoredRecord } from './store.ts';

/** The public API for authors of rules, loaders, receivers and periodic workers: what `cookie-monster` means inside their files. */
export { defineLoader } from './rulebook/authoring/loader.ts';
export { defineReceiver } from './rulebook/authoring/receiver.ts';
export { defineRule } from './rulebook/authoring/rule.ts';
export { notify } from './rulebook/authoring/notify.ts';
export { Priority } from './rulebook/authoring/priority.ts';
export type { Awaitable } from './rulebook/authoring/awaitable.ts';
export type { Context, IrodsReader, Log } from './rulebook/authoring/context.ts';
export type { LoadedEnrichment, Loader } from './rulebook/authoring/loader.ts';
export type { Receiver } from './rulebook/authoring/receiver.ts';
export type { Rule, RuleAction } from './rulebook/authoring/rule.ts';
export type { Cookie } from './cookiejar/cookie.ts';
export type { Enrichment } from './cookiejar/enrichment.ts';
export type { JarReader } from './cookiejar/cookie-jar.ts';
export type { JsonObject, JsonValue } from './cookiejar/json.ts';
export type { Notification, NotificationDraft } from './deliveries/notification.ts';
export { PeriodicWorker } from './periodic/periodic-worker.ts';
export type { CommonWorkerConfig, PeriodicWorkerContext } from './periodic/periodic-worker.ts';
export type { Duration, DurationParts } from './periodic/triggers/duration.ts';
export type { CookieKind, SourcePredicate, Where } from './periodic/triggers/where.ts';
export type { WorkerJar } from './periodic/worker-jar.ts';
export { RetrievalWorker } from './retrieval/retrieval-worker.ts';
export type { Update, UpdateSource } from './retrieval/update-source.ts';
/** To write the `static schema` of a periodic worker with. */
export { z } from 'zod';

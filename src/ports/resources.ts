/**
 * Things outside that must be removed again even if this process is killed. They are noted durably before they are
 * made, and the next process finds them.
 */
import type { JsonObject } from "../action.ts";

export interface OpenResource {
  readonly kind: string;
  readonly data: JsonObject;
}

export interface ResourceRecorder {
  /** Durable before it returns. */
  opened(kind: string, data: JsonObject): Promise<void>;
  /** `data` is exactly what `opened` was given. */
  closed(kind: string, data: JsonObject): Promise<void>;
  /** Opened and not closed, by any process of this run. */
  leftOpen(): Promise<readonly OpenResource[]> | readonly OpenResource[];
}

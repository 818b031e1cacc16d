import type { Viewer } from '../../auth/viewer.ts';
import type { ActorRef } from '../../changes/write-call.ts';
import { actorOf } from '../caller.ts';

/** The way a message comes in: of one environment, and known by name. */
export interface MessageDoor {
  readonly environmentId: number;
  /** `key:12`, `person:…` or `endpoint:3`: a message is taken once per door and the carrier's id (R4.7). */
  readonly name: string;
  readonly endpointId?: number;
  /** Who hands it in. */
  readonly reporter: ActorRef;
}

/** The door of somebody who calls `receiveMessage`: their key, or themselves. */
export function doorOf(viewer: Viewer): MessageDoor {
  return { environmentId: viewer.environmentId, name: viewer.subject, reporter: actorOf(viewer) };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Viewer } from '../auth/viewer.ts';
import { HttpProblemError } from './http-problem.ts';

/** What the server knows of a request to a route. */
export interface Asked {
  /** The last part of the path, where the route's path ends in `/:id`; else ''. */
  readonly id: string;
  readonly query: URLSearchParams;
  /** Aborted when the server stops: what takes long ends now. */
  readonly signal: AbortSignal;
  /** Who is asking, found out anew at each call: what takes long asks again. @throws HttpProblemError */
  viewer(): Promise<Viewer>;
}

/** A path of its own beside /graphql, such as a streaming upload. It reads its request and sends its response itself. */
export interface Route {
  readonly method: string;
  /** The whole path, without a query: `/upload`, or `/upload/:id` for one part of any value. */
  readonly path: string;
  /** Its request may take any time as long as it moves; others have to be complete in time. */
  readonly isLong?: boolean;
  handle(req: IncomingMessage, res: ServerResponse, asked: Asked): Promise<void>;
}

export interface FoundRoute {
  readonly route: Route;
  readonly id: string;
}

export class Routes {
  readonly #byPath = new Map<string, Map<string, Route>>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const methods = this.#byPath.get(route.path) ?? new Map<string, Route>();
      this.#byPath.set(route.path, methods.set(route.method, route));
    }
  }

  /** Null when the path isn't one of these. @throws HttpProblemError when the path is, and the method isn't */
  find(req: IncomingMessage): FoundRoute | null {
    const path = req.url?.split('?', 1)[0] ?? '';
    const end = path.lastIndexOf('/') + 1;
    const exact = this.#byPath.get(path);
    const methods = exact ?? this.#byPath.get(`${path.slice(0, end)}:id`);
    if (!methods) return null;
    const method = methodOf(req);
    const allow = [...methods.keys()].join(', ');
    const route = methods.get(method) ?? (method === 'OPTIONS' ? preflight(allow) : undefined);
    if (!route) {
      const message = `This path takes ${allow}.`;
      throw new HttpProblemError({ status: 405, code: 'METHOD_NOT_ALLOWED', message, headers: { allow } });
    }
    return { route, id: exact ? '' : path.slice(end) };
  }
}

/** What a browser asks before it sends anything of consequence. */
function preflight(allow: string): Route {
  return { method: 'OPTIONS', path: '', handle: async (_req, res) => void res.writeHead(204, { allow }).end() };
}

/** Proxies and old browsers that know POST alone name the method in a header (tus 1.0, X-HTTP-Method-Override). */
function methodOf(req: IncomingMessage): string {
  const override = req.headers['x-http-method-override'];
  return req.method === 'POST' && typeof override === 'string' ? override.toUpperCase() : (req.method ?? 'GET');
}

// Where in the web a request comes from, as the browser tells it, and patterns of such places.

/** Places: those of one host or of everything under its name; with any path, with one, or with one that begins so. */
export type Places = {
  /** With its colon, as in `URL`. */
  protocol: string;
  host: string;
  /** Empty for the protocol's own. */
  port: string;
  areSubdomains: boolean;
  path: string | undefined;
  areBelowPath: boolean;
};

const form =
  /^(?<protocol>https?:)\/\/(?<star>\*\.)?(?<host>[^/:*]+)(?<port>:\d+)?((?<path>\/[^*?#]*)|(?<below>\/([^*?#]*\/)?)\*)?$/i;

/** @throws Error when the text is not of that form; the contract admits none such. */
export function referrerPatternOf(text: string): Places {
  const { protocol, star, host = '', port = '', path, below } = form.exec(text)?.groups ?? {};
  // The host stays out of it: what URL thinks of an odd name must not decide whether a key can be used.
  const url = URL.parse(`${protocol}//host${port}${path ?? below ?? ''}`);
  if (!host || !url) throw new Error(`'${text}' is not a referrer pattern`);
  return {
    protocol: url.protocol,
    host: host.toLowerCase(),
    port: url.port,
    areSubdomains: star !== undefined,
    path: (path ?? below) === undefined ? undefined : url.pathname,
    areBelowPath: below !== undefined,
  };
}

/** What the browser says in the headers of a request. */
export type ReferrerHeaders = { referer?: string | undefined; origin?: string | undefined };

/** The one place that the headers name: an `Origin`, which has no path, counts only where there is no `Referer`. */
export function placeOf({ referer, origin }: ReferrerHeaders): Places | undefined {
  const url = URL.parse(referer || origin || '');
  if (!url) return undefined;
  return {
    protocol: url.protocol,
    host: url.hostname,
    port: url.port,
    areSubdomains: false,
    path: referer ? url.pathname : undefined,
    areBelowPath: false,
  };
}

/** Whether `outer` holds all of `inner`. */
export function covers(outer: Places, inner: Places): boolean {
  return (
    outer.protocol === inner.protocol &&
    outer.port === inner.port &&
    coversHost(outer, inner) &&
    coversPath(outer, inner)
  );
}

function coversHost(outer: Places, inner: Places): boolean {
  if (outer.host === inner.host) return outer.areSubdomains === inner.areSubdomains;
  // URL takes `.example.com` for a host, with nothing before the dot.
  return outer.areSubdomains && inner.host.endsWith(`.${outer.host}`) && !inner.host.startsWith('.');
}

function coversPath(outer: Places, inner: Places): boolean {
  if (outer.path === undefined) return true;
  if (inner.path === undefined) return false;
  return outer.areBelowPath ? inner.path.startsWith(outer.path) : !inner.areBelowPath && inner.path === outer.path;
}

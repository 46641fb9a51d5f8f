// The web page that a request comes from, as the browser reports it, and the patterns of a referrer restriction.

/** A pattern: one host or all of its subdomains, with any path, one path, or a path prefix. */
export type Places = {
  /** With the colon, as in `URL`. */
  protocol: string;
  host: string;
  /** Empty for the default port of the protocol. */
  port: string;
  areSubdomains: boolean;
  path: string | undefined;
  areBelowPath: boolean;
};

const form =
  /^(?<protocol>https?:)\/\/(?<star>\*\.)?(?<host>[^/:*]+)(?<port>:\d+)?((?<path>\/[^*?#]*)|(?<below>\/([^*?#]*\/)?)\*)?$/i;

/** @throws Error if the text is not a pattern, which the contract rules out */
export function referrerPatternOf(text: string): Places {
  const { protocol, star, host = '', port = '', path, below } = form.exec(text)?.groups ?? {};
  // The host is not part of the check: how `URL` treats an unusual name must not decide whether a key can be used.
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

/** The headers by which a browser names the page. */
export type ReferrerHeaders = { referer?: string | undefined; origin?: string | undefined };

/** The page that the headers name. `Origin`, which has no path, is used only without a `Referer`. */
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

/** Whether `outer` matches everything that `inner` matches. */
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
  // `URL` accepts `.example.com` as a host, with nothing before the dot.
  return outer.areSubdomains && inner.host.endsWith(`.${outer.host}`) && !inner.host.startsWith('.');
}

function coversPath(outer: Places, inner: Places): boolean {
  if (outer.path === undefined) return true;
  if (inner.path === undefined) return false;
  return outer.areBelowPath ? inner.path.startsWith(outer.path) : !inner.areBelowPath && inner.path === outer.path;
}

// A tenant: a team and one of its environments. Part of every tenant table's key.

export type Environment = 'live' | 'test';
export type Tenant = { teamId: string; environment: Environment };

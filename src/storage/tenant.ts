// Whose data: a team, and live or test. Part of every tenant key.

export type Environment = 'live' | 'test';
export type Tenant = { teamId: string; environment: Environment };

// The types of the tables for Kysely. The migrations define the tables.
import type { ColumnType } from 'kysely';
import type { Environment } from './tenant.ts';

type Tenanted = { team_id: string; environment: Environment };
/** Read as an object, written as JSON text. */
type Json<T> = ColumnType<T, string, string>;
/** The NFC form of another column, if it differs. */
type Nfc<T> = ColumnType<T | null, T | null | undefined, T | null>;

export type Tables = {
  teams: { id: string; slug: string; name: string; created_at: Date };
  members: { team_id: string; id: string; name: string };
  users: {
    id: string;
    email: string;
    first_name: string | null;
    last_name: string | null;
    is_active: boolean;
    is_verified: boolean;
    created_at: Date;
  };
  api_keys: Tenanted & {
    id: string;
    user_id: string;
    type: 'secret' | 'publishable';
    name: string;
    last_four: string;
    /** Null means all permissions of the type. */
    permissions: string[] | null;
    restrictions: Json<{ ipAddresses: string[]; referrers: string[]; endpoints: string[] }>;
    rate_limit: number | null;
    /** The key whose limit this key shares. Null if the operator created this key. */
    shares_limit_of: string | null;
    is_active: boolean;
    created_at: Date;
    secret_created_at: Date;
    /** When the last of its earlier secrets expires or expired. */
    previous_expires_at: Date | null;
    last_used_at: Date | null;
    expires_at: Date | null;
    revoked_at: Date | null;
  };
  key_secrets: Tenanted & {
    digest: Buffer;
    key_id: string;
    created_at: Date;
    replaced_at: Date | null;
    expires_at: Date | null;
  };
  key_usage: Tenanted & {
    key_id: string;
    hour: Date;
    operation_id: string;
    requests: string;
    client_errors: string;
    rate_limited: string;
    server_errors: string;
  };
  usage_batches: Tenanted & { id: string; written_at: Date };
  audit_log: Tenanted & {
    id: string;
    action: string;
    actor_type: 'api_key' | 'leak_reporter' | 'system';
    actor_id: string | null;
    resource_id: string;
    before: ColumnType<object | null, string | null, never>;
    after: ColumnType<object | null, string | null, never>;
    request_id: string | null;
    created_at: Date;
  };
  customers: Tenanted & { id: string; name: string; email: string; created_at: Date };
  tags: Tenanted & { id: string; name: string; name_nfc: Nfc<string> };
  tickets: Tenanted & {
    id: string;
    title: string;
    title_nfc: Nfc<string>;
    status: 'new' | 'open' | 'pending' | 'resolved' | 'closed';
    priority: 'low' | 'normal' | 'high' | 'urgent';
    customer_id: string | null;
    customer_name: string | null;
    customer_name_nfc: Nfc<string>;
    assigned_to: string | null;
    tags: string[];
    tags_nfc: Nfc<string[]>;
    notes: string | null;
    message_count: number;
    response_deadline: Date | null;
    resolution_deadline: Date | null;
    response_tier: string | null;
    resolution_tier: string | null;
    sla_paused: boolean;
    first_response_at: Date | null;
    metadata: Json<Record<string, string>>;
    created_at: Date;
    updated_at: Date;
    /** The time of the last change that publishable keys can see. */
    public_updated_at: Date;
    closed_at: Date | null;
  };
  messages: Tenanted & {
    id: string;
    ticket_id: string;
    content: string;
    sender: 'agent' | 'customer' | 'system';
    sender_name: string | null;
    is_internal: boolean;
    created_at: Date;
  };
  tenant_state: Tenanted & {
    last_sequence: ColumnType<string, number, number>;
    tickets: ColumnType<string, number, number>;
  };
  events: Tenanted & {
    sequence: ColumnType<string, number, number>;
    id: string;
    type: string;
    resource_id: string;
    data: Json<object>;
    request_id: string;
    created_at: Date;
  };
  idempotency: Tenanted & {
    method: string;
    path: string;
    key: string;
    request_digest: Buffer;
    status: number | null;
    reply: Buffer | null;
    request_id: string;
    created_at: Date;
  };
  readiness: { id: number; checked_at: Date };
  articles: Tenanted & {
    id: string;
    slug: string;
    title: string;
    excerpt: string;
    content: string;
    status: 'draft' | 'published' | 'archived';
    is_public: boolean;
    tags: string[];
    notes: string | null;
    meta_description: string | null;
    metadata: Json<Record<string, string>>;
    created_at: Date;
    updated_at: Date;
    published_at: Date | null;
  };
};

/** The tables that belong to a tenant. */
export type TenantTable = { [T in keyof Tables]: Tables[T] extends Tenanted ? T : never }[keyof Tables];

/** How the private server is set: small, since it has one bot to serve, and durable. */

export const serverSettings: readonly string[] = [
  // The Unix socket only: nothing on the network can reach it.
  "listen_addresses=",
  "unix_socket_permissions=0700",
  // Six connections of the pool, two of the jobs, and room for a person who looks and for programs beside the bot.
  "max_connections=20",
  "shared_buffers=32MB",
  "work_mem=4MB",
  "maintenance_work_mem=16MB",
  "huge_pages=off",
  // No parallel queries, replicas, or helper processes for reading ahead: each is a process with memory of its own.
  "max_worker_processes=0",
  "max_parallel_workers=0",
  "max_parallel_workers_per_gather=0",
  "max_logical_replication_workers=0",
  "max_wal_senders=0",
  "max_replication_slots=0",
  "wal_level=minimal",
  "io_method=sync",
  "autovacuum_max_workers=1",
  // Every query here is short; compiling one costs more than running it.
  "jit=off",
  // Files of the write-ahead log are kept for reuse; a bot needs few.
  "min_wal_size=32MB",
  "max_wal_size=256MB",
  // What was answered must have reached the disk; these are the defaults, and said so that nobody wonders.
  "fsync=on",
  "synchronous_commit=on",
  "full_page_writes=on",
  "timezone=UTC",
  "log_timezone=UTC",
  "log_min_messages=warning",
  "log_checkpoints=off",
];

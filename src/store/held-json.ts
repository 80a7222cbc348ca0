/**
 * Holds payloads outside of the heap for as long as they wait to be written, as the bytes that PostgreSQL takes. As
 * texts they would survive a collection of garbage or two, be moved about by each, and make the old heap grow; as
 * buffers of their own they would have to be collected too. So they lie side by side in a few slabs that are used again.
 */

export type HeldJson = {
  /** A `jsonb` of PostgreSQL's binary protocol. To be read until `release`, and not after it. */
  readonly bytes: Buffer;
  /** Gives the place back; to be called once. */
  release(): void;
};

type Slab = { readonly bytes: Buffer; used: number; held: number };

/** Room for a burst's batch of usual webhooks. */
const slabBytes = 256 * 1024;
/** Slabs that are kept while nothing is in them. */
const kept = 2;
/** It stands before the text. */
const jsonbVersion = 1;

export function createJsonHolder(size = slabBytes): { hold(json: string): HeldJson } {
  const free: Slab[] = [];
  let current = emptySlab();

  function emptySlab(): Slab {
    return free.pop() ?? { bytes: Buffer.allocUnsafeSlow(size), used: 0, held: 0 };
  }

  function release(slab: Slab): void {
    slab.held -= 1;
    if (slab.held > 0 || slab.bytes.length !== size) return;
    slab.used = 0;
    if (slab !== current && free.length < kept) free.push(slab);
  }

  return {
    hold(json) {
      const length = 1 + Buffer.byteLength(json);
      // One that would leave no room for others is better off alone.
      const isLarge = length > size / 4;
      if (!isLarge && length > size - current.used) current = emptySlab();
      const slab = isLarge ? { bytes: Buffer.allocUnsafeSlow(length), used: 0, held: 0 } : current;
      const from = slab.used;
      slab.bytes[from] = jsonbVersion;
      slab.bytes.write(json, from + 1);
      slab.used += length;
      slab.held += 1;
      return { bytes: slab.bytes.subarray(from, slab.used), release: () => release(slab) };
    },
  };
}

/** Says on what was measured: figures of one machine mean nothing beside those of another. */
import { cpus, loadavg, release, totalmem, type } from "node:os";

export function describeMachine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? "unknown processor";
  const memory = (totalmem() / 1024 ** 3).toFixed(1);
  // What else ran just before: with more than a little, only the ratios of one run can be believed.
  const [busy = 0] = loadavg();
  return `${cores.length} × ${model}, ${memory} GiB, ${type()} ${release()}, Node ${process.versions.node}, load before ${busy.toFixed(2)}`;
}

/** The JSON Schema of the pipeline file, for completion and marks in editors. */
import * as z from "zod";
import { pipelineFileSchema } from "./schema.ts";

/** Draft 7, because the YAML editors understand that one whole. */
export function pipelineJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(pipelineFileSchema, { target: "draft-7", io: "input" });
  // One service or several; the rules say so to whoever wrote both or neither.
  const either = [{ required: ["environments"] }, { required: ["services"] }];
  return { title: "Signalbox pipeline file", ...schema, oneOf: either };
}

/** As it is committed: indented, with a line break at the end. */
export function pipelineJsonSchemaText(): string {
  return `${JSON.stringify(pipelineJsonSchema(), null, 2)}\n`;
}

import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { placeAt } from "../../src/policy/pipeline-file/places.ts";
import { pipelineJsonSchema, pipelineJsonSchemaText } from "../../src/policy/pipeline-file/schema-json.ts";

describe("the JSON Schema of the pipeline file", () => {
  test("is the committed one; `npm run schema` writes it anew", async () => {
    const committed = await readFile(new URL("../../pipeline.schema.json", import.meta.url), "utf8");
    expect(committed).toBe(pipelineJsonSchemaText());
  });

  test("allows the very keys that the reader knows, and no others", () => {
    const schema = pipelineJsonSchema();
    const top = placeAt([]);
    expect(schema).toMatchObject({
      additionalProperties: false,
      oneOf: [{ required: ["environments"] }, { required: ["services"] }],
    });
    expect(Object.keys(Object(schema["properties"]))).toEqual(top?.keys);
  });
});

/** What GitHub's GraphQL API says of a query, or of a part of it, that it cannot answer. */
export type GraphErrorBody = {
  readonly message: string;
  readonly type?: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
};

export class GraphError extends Error {
  readonly body: GraphErrorBody;
  constructor(body: GraphErrorBody) {
    super(body.message);
    this.name = "GraphError";
    this.body = body;
  }
}

/** The whole query is refused: it has no data. */
export function graphError(body: GraphErrorBody): GraphError {
  return new GraphError(body);
}

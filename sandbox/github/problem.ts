/**
 * What the sandbox's GitHub refuses, in GitHub's own words and shapes. Thrown by routes and acts, turned into an
 * answer by the server; it never carries anything but what GitHub would show.
 */

export type FieldError = {
  readonly resource: string;
  readonly field?: string;
  readonly code: string;
  readonly message?: string;
};

export class Problem extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;
  constructor(status: number, message: string, errors?: readonly (FieldError | string)[]) {
    super(message);
    this.name = "Problem";
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(): Problem {
  return new Problem(404, "Not Found");
}

export function unprocessable(message: string, errors?: readonly (FieldError | string)[]): Problem {
  return new Problem(422, message, errors);
}

/** GitHub's "Validation Failed", with the one field that is wrong. */
export function invalidField(resource: string, field: string, code: string, message?: string): Problem {
  return unprocessable("Validation Failed", [
    message === undefined ? { resource, field, code } : { resource, field, code, message },
  ]);
}

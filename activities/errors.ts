/** A command on a host ended with a failure. `stderrTail` is at most 500 bytes and holds no secret. */
export class SshCommandError extends Error {
  override readonly name = 'SshCommandError';
  constructor(
    readonly host: string,
    readonly command: string,
    readonly exitCode: number | undefined,
    readonly stderrTail: string,
    readonly durationMs: number,
  ) {
    super(
      `${host}: ${command} ${exitCode === undefined ? 'was cut off' : `ended with code ${exitCode}`} after ${durationMs} ms: ${stderrTail}`,
    );
  }
}

/** An outside system refused a request. `path` has no query; `status` is 0 when there was no answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly system: string,
    readonly method: string,
    readonly path: string,
    readonly status: number,
    detail: string,
    readonly retryable: boolean,
    readonly requestId?: string,
  ) {
    super(`${system} ${method} ${path} ${status === 0 ? 'no answer' : status}: ${detail}`);
  }
}

/** What was awaited did not come in time; a later attempt may find it. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
  constructor(
    readonly awaited: string,
    readonly lastState: string,
  ) {
    super(`${awaited}; last seen: ${lastState}`);
  }
}

/** After apply the check still finds work, or a verify found faults. All findings at once, a line each. */
export class CheckFailedError extends Error {
  override readonly name = 'CheckFailedError';
  constructor(
    message: string,
    readonly findings: readonly string[],
  ) {
    super(
      [`${message}${findings.length === 0 ? '' : ':'}`, ...findings].join(findings.length > 1 ? '\n' : ' '),
    );
  }
}

/** No retry can help: wrong credentials, a foreign machine with the same name, a missing template. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

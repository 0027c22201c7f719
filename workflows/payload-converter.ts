import {
  defaultPayloadConverter,
  type Payload,
  type PayloadConverter,
  type SerializationContext,
} from '@temporalio/common';

/**
 * Reads what workflows are sent. A Signal's argument that no converter can read, such as broken JSON or the encoding of
 * another program, becomes undefined: thrown, it would fail the workflow task for ever, and every handler refuses undefined.
 * Results of activities throw as ever.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload<T>(payload: Payload, context?: SerializationContext): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch (error) {
      if (context?.type === 'workflow') return undefined as T;
      throw error;
    }
  },
};

import { z } from 'zod';

const familySchema = z.object({ name: z.string(), size: z.number(), members: z.array(z.string()).readonly() });

/** What is told of one cookie's similar ones. */
export const similarAnswerSchema = z.object({
  identifier: z.string(),
  family: familySchema.optional(),
  similar: z
    .array(z.object({ identifier: z.string(), measurements: z.record(z.string(), z.number()), ts: z.string() }))
    .readonly(),
});

/** What is told of one cookie's similar ones, the most similar first. */
export type SimilarAnswer = z.output<typeof similarAnswerSchema>;

/** A cookie that nothing is told of, and why. */
export interface Unknown {
  readonly unknown: string;
}

/** What is asked for besides the cookie; what is left out is up to who answers. */
interface SimilarQuestion {
  /** 0 to 100. */
  readonly threshold?: number;
  readonly limit?: number;
}

/** Asks for the similar ones of one cookie. */
export type AskSimilar = (identifier: string, question: SimilarQuestion) => Promise<SimilarAnswer | Unknown>;

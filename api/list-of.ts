import { z } from 'zod';
import { MAX_FAULTS } from './validation.ts';

/** A list whose items are checked one by one until enough is wrong: one fault for each of millions would fill the memory. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(z.unknown()).transform((values, context): z.output<Item>[] => {
    const taken: z.output<Item>[] = [];
    let faults = 0;
    for (let index = 0; index < values.length && faults < MAX_FAULTS; index++) {
      const { data, error } = item.safeParse(values[index]);
      if (error === undefined) taken.push(data);
      for (const { path, message } of error?.issues ?? []) {
        context.addIssue({ code: 'custom', path: [index, ...path], message });
        faults += 1;
      }
    }
    return faults === 0 ? taken : z.NEVER;
  });
}

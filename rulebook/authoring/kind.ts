/** The kinds of code that users bring. */
export type DefinitionKind = 'rule' | 'loader' | 'receiver';

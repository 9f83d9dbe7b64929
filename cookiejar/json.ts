/** A value that JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A JSON object: the shape of an enrichment's metadata. */
export type JsonObject = { readonly [key: string]: JsonValue };

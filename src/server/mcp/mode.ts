/** What agents may do. */
export type McpMode = 'read' | 'write';

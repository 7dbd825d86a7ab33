import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  TokenKind,
  visit,
} from 'graphql';

const directory = new URL('../../../schema/operations/', import.meta.url);

/** One operation of the documents that come with the gateway. */
export interface ProductDocument {
  /** SHA-256 of `text`, in hexadecimal: a changed document has another id. */
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** The topic of its file. */
  readonly group: string;
  /** The comment above the operation: what it does, and which document to run next. */
  readonly description: string;
  /** The operation and the fragments that it uses. */
  readonly text: string;
  readonly operation: OperationDefinitionNode;
}

interface DocumentFile {
  readonly name: string;
  readonly text: string;
}

/** The files of schema/operations in the order of their names. */
function documentFiles(): DocumentFile[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => ({ name, text: readFileSync(new URL(name, directory), 'utf8') }));
}

let read: readonly ProductDocument[] | undefined;

/** The operations of schema/operations. They are read once, when they are first needed. */
export function productDocuments(): readonly ProductDocument[] {
  read ??= documentFiles().flatMap(({ name, text }) => operationsOf(parse(text), groupOf(name)));
  return read;
}

/** `04-activate-and-watch.graphql` is about "Activate and watch". */
function groupOf(fileName: string): string {
  const words = fileName.replace(/^\d+-|\.graphql$/g, '').replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function operationsOf(document: DocumentNode, group: string): ProductDocument[] {
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  return operations.map((operation) => {
    const used = [operation, ...usedFragments(operation, fragments)];
    const text = used.map(print).join('\n\n');
    return {
      ...{ text, operation, group, type: operation.operation, name: operation.name?.value ?? '' },
      id: createHash('sha256').update(text).digest('hex'),
      description: commentAbove(operation),
    };
  });
}

function usedFragments(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const used = new Set<FragmentDefinitionNode>();
  const collect = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(fragment)) return;
        used.add(fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  return [...used];
}

/** The lines of comments directly above an operation, as one text. */
function commentAbove({ loc }: OperationDefinitionNode): string {
  const lines: string[] = [];
  let token = loc?.startToken.prev;
  while (token?.kind === TokenKind.COMMENT) {
    lines.unshift(token.value.trim());
    token = token.prev;
  }
  return lines.join(' ');
}

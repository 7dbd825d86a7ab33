// `npm ci` runs this, possibly on a Node that cannot run TypeScript: then the sources run later, slower.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major >= 24) await import('./bundle.ts');
else
  process.stdout.write(
    `The bundle was not built: Node 24 is needed, this is ${process.version}.\n`,
  );

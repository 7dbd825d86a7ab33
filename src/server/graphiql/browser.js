/* Runs in the browser, next to the bundle of GraphiQL, which has set `React`. */

/** Events of a subscription that are shown. */
const MAX_EVENTS = 50;

/** The options of GraphiQL: the panel of documents, the fetcher, and the document of the address. */
// biome-ignore lint/correctness/noUnusedVariables: the page calls it
function gatewayOptions(documents, options) {
  const address = new URL(location.href);
  const name = address.searchParams.get('document');
  const isFirstVisit =
    !localStorage.getItem('graphiql:tabState') && !address.searchParams.has('query');
  const chosen =
    documents.find((each) => each.name === name) ?? (isFirstVisit ? documents[0] : undefined);
  if (name !== null) {
    // The editor writes what it holds to the address; the document would hide it after a reload.
    address.searchParams.delete('document');
    history.replaceState({}, '', address);
  }
  return {
    ...options,
    ...(chosen ? { query: chosen.query, variables: chosen.variables } : {}),
    morePlugins: [documentsPlugin(documents, chosen?.name)],
    visiblePlugin: window.innerWidth > 900 || isFirstVisit ? 'Documents' : undefined,
    fetcher: fetchResults,
  };
}

function documentsPlugin(documents, current) {
  const { createElement: h } = React;
  const groups = Map.groupBy(documents, ({ group }) => group);
  const link = ({ name, type, description, explanation }) =>
    h(
      'a',
      {
        key: name,
        href: `?document=${name}`,
        ...(name === current ? { 'aria-current': 'page' } : {}),
      },
      h('span', { className: 'gateway-type' }, type),
      h('span', { className: 'gateway-name' }, name),
      h(
        'span',
        { className: 'gateway-text' },
        explanation ? `${description} ${explanation}` : description,
      ),
    );
  return {
    title: 'Documents',
    icon: () =>
      h(
        'svg',
        { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 },
        h('path', { d: 'M4 5h16M4 10h16M4 15h10M4 20h10' }),
      ),
    content: () =>
      h(
        'div',
        { className: 'gateway-panel' },
        h('div', { className: 'graphiql-doc-explorer-title' }, 'Documents'),
        h(
          'p',
          null,
          'Choose a document, then run it with the button next to the editor. The variables fit the sandbox.',
        ),
        ...[...groups].flatMap(([group, members]) => [
          h('h3', { key: group }, group),
          ...members.map(link),
        ]),
      ),
  };
}

/** Sends a request. Subscriptions are streamed as server-sent events. */
async function fetchResults(params, { headers } = {}) {
  const response = await fetch(location.pathname, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json, text/event-stream',
    },
    body: JSON.stringify(params),
  });
  const type = response.headers.get('content-type') ?? '';
  return type.startsWith('text/event-stream') ? eventHistory(response) : response.json();
}

/** All events so far, the newest one first, whenever one arrives. */
async function* eventHistory(response) {
  const events = [];
  let received = 0;
  for await (const { event, data } of serverSentEvents(response)) {
    if (event === 'complete') {
      yield { status: 'complete', received, events: [...events] };
      return;
    }
    if (event !== 'next') continue;
    received++;
    events.unshift({ at: new Date().toLocaleTimeString(), ...JSON.parse(data) });
    events.splice(MAX_EVENTS);
    yield { status: 'waiting for events', received, events: [...events] };
  }
  yield { status: 'disconnected', received, events: [...events] };
}

async function* serverSentEvents(response) {
  let text = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      const parts = text.split('\n\n');
      text = parts.pop();
      yield* parts.map(parseEvent);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parseEvent(part) {
  const event = { event: 'message', data: '' };
  for (const line of part.split('\n')) {
    const [, field, value] = /^(event|data): ?(.*)$/.exec(line) ?? [];
    if (field === 'event') event.event = value;
    if (field === 'data') event.data += value;
  }
  return event;
}

import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { client } from './client.ts';
import { Details } from './details.tsx';
import { Notifications, Operation } from './live.tsx';
import { Subscriptions } from './subscriptions.tsx';
import './portal.css';

function Portal() {
  const [row, setRow] = useState('');
  const [operations, setOperations] = useState<string[]>([]);
  const watch = (id: string) => setOperations((ids) => [id, ...ids]);
  return (
    <>
      <Subscriptions selected={row} select={setRow} />
      <aside>
        <section>
          <h2>Customer</h2>
          {row ? <Details key={row} row={row} watch={watch} /> : <p>Select one in the table.</p>}
        </section>
        <section>
          <h2>Operations</h2>
          {operations.map((id) => (
            <Operation key={id} id={id} />
          ))}
        </section>
        <section>
          <h2>Notifications</h2>
          <Notifications />
        </section>
      </aside>
    </>
  );
}

createRoot(document.body).render(
  <Provider value={client}>
    <Portal />
  </Provider>,
);

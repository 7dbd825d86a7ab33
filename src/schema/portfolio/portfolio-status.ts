import type { SweepPhase } from '../../domain/portfolio.ts';
import type { PortfolioStatus } from '../../services/portfolio.ts';
import { enumType, expose, exposeAs, objectType } from '../fields.ts';

const phase = enumType<SweepPhase>('PortfolioPhase', 'What the sweep of the portfolio is doing.', {
  OFF: 'The portfolio is not filled: `PORTFOLIO` is false.',
  IDLE: 'No sweep is running.',
  SUBSCRIPTIONS: 'A sweep is reading the subscriptions.',
  CUSTOMERS: 'A sweep is reading the billing customers.',
  VERIFYING: 'A sweep is reading, one by one, what the lists did not contain.',
});

export const portfolioStatus = objectType<PortfolioStatus>(
  'PortfolioStatus',
  'How complete and how old the portfolio is.',
  (t) => ({
    ...exposeAs(t, phase, { phase: 'What the sweep is doing.' }),
    ...expose(t, {
      DateTime: {
        startedAt: 'When the running sweep began; null when none is running.',
        asOf: 'When the last whole sweep began; null before the first.',
        finishedAt: 'When the last whole sweep ended; null before the first.',
      },
      'Int!': {
        subscriptions: 'Number of subscriptions that are not gone and that the caller sees.',
        customers: 'Number of customers that are not gone and that the caller sees.',
      },
    }),
    progress: t.exposeFloat('progress', {
      description:
        'Share of the known subscriptions that the running sweep has seen, from 0 to 1; null when none is running.',
    }),
    lagSeconds: t.float({
      description:
        'Seconds since the last whole sweep began: a change that caused no notification may be missing for that long. Null before the first sweep.',
      resolve: ({ asOf }) => asOf && Math.max(0, Math.round((Date.now() - asOf.getTime()) / 1000)),
    }),
  }),
);

export type PlanName = 'ANNUAL_MONTHLY_PAY' | 'ANNUAL_YEARLY_PAY' | 'FLEXIBLE' | 'TRIAL' | 'FREE';

export interface Sku {
  readonly skuId: string;
  readonly skuName: string;
  /** A switch must stay within one product. */
  readonly productId: string;
  /** Rank within the product; a switch to a higher rank is an upgrade. */
  readonly rank: number;
  readonly plans: readonly PlanName[];
  /** Whether email-verified teams can buy it. */
  readonly forTeams: boolean;
  /** Whether it must be cancelled before the Workspace subscription can be suspended. */
  readonly addOn: boolean;
  readonly trialDays: number;
}

const usualPlans: readonly PlanName[] = [
  'ANNUAL_MONTHLY_PAY',
  'ANNUAL_YEARLY_PAY',
  'FLEXIBLE',
  'TRIAL',
];

function sku(
  productId: string,
  rank: number,
  skuId: string,
  skuName: string,
  special: Partial<Sku> = {},
): Sku {
  const usual = { plans: usualPlans, forTeams: false, addOn: false, trialDays: 30 };
  return { productId, rank, skuId, skuName, ...usual, ...special };
}

const workspaceProductId = 'Google-Apps';

const skus: readonly Sku[] = [
  sku(workspaceProductId, 1, 'Google-Apps-Lite', 'G Suite Lite'),
  sku(workspaceProductId, 2, 'Google-Apps-For-Business', 'G Suite Basic'),
  sku(workspaceProductId, 3, 'Google-Apps-Unlimited', 'G Suite Business'),
  sku(workspaceProductId, 3, '1010060001', 'Google Workspace Essentials', {
    plans: ['FLEXIBLE'],
    forTeams: true,
  }),
  sku(workspaceProductId, 4, '1010060003', 'Google Workspace Enterprise Essentials', {
    plans: ['ANNUAL_MONTHLY_PAY'],
    forTeams: true,
  }),
  sku(workspaceProductId, 5, '1010060005', 'Google Workspace Enterprise Essentials Plus', {
    forTeams: true,
  }),
  sku(workspaceProductId, 2, '1010020030', 'Google Workspace Frontline Starter'),
  sku(workspaceProductId, 3, '1010020031', 'Google Workspace Frontline Standard'),
  sku(workspaceProductId, 4, '1010020034', 'Google Workspace Frontline Plus'),
  sku(workspaceProductId, 3, '1010020027', 'Google Workspace Business Starter'),
  sku(workspaceProductId, 4, '1010020028', 'Google Workspace Business Standard'),
  sku(workspaceProductId, 5, '1010020025', 'Google Workspace Business Plus'),
  sku(workspaceProductId, 6, '1010020029', 'Google Workspace Enterprise Starter'),
  sku(workspaceProductId, 7, '1010020026', 'Google Workspace Enterprise Standard'),
  sku(workspaceProductId, 8, '1010020020', 'Google Workspace Enterprise Plus'),
  sku('101047', 1, '1010470001', 'Gemini Enterprise'),
  sku('101034', 1, '1010340001', 'Google Workspace Enterprise Plus - Archived User'),
  sku('101038', 1, '1010380001', 'AppSheet Core'),
  sku('101038', 2, '1010380002', 'AppSheet Enterprise Standard'),
  sku('Google-Vault', 1, 'Google-Vault', 'Google Vault', {
    plans: ['FLEXIBLE', 'TRIAL'],
    addOn: true,
  }),
  sku('Google-Drive-storage', 1, 'Google-Drive-storage-20GB', 'Google Drive storage 20 GB', {
    plans: ['FLEXIBLE'],
    addOn: true,
  }),
  sku(
    'Google-Chrome-Device-Management',
    1,
    'Google-Chrome-Device-Management',
    'Chrome Enterprise',
    {
      trialDays: 60,
    },
  ),
  sku('101001', 1, '1010010001', 'Cloud Identity Free', { plans: ['FREE'] }),
];

const byId = new Map(skus.map((entry) => [entry.skuId, entry]));

/** Undefined for an unknown SKU. */
export function findSku(skuId: string): Sku | undefined {
  return byId.get(skuId);
}

export function isWorkspace(skuId: string): boolean {
  return findSku(skuId)?.productId === workspaceProductId;
}

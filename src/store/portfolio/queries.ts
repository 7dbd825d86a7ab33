import type {
  PlaceInOrder,
  PortfolioFilter,
  PortfolioOrder,
} from '../../domain/portfolio-filter.ts';
import type { Tenant } from '../../domain/tenant.ts';

/** Which rows a viewer asks for. */
export interface PortfolioSelection {
  readonly filter: PortfolioFilter;
  /** Only rows that this tenant sees, by the links at the time of the query. */
  readonly tenant: Tenant | undefined;
}

export interface PortfolioPageQuery<Field> extends PortfolioSelection {
  readonly order: PortfolioOrder<Field>;
  /** The row to continue after; null for the first page. */
  readonly after: PlaceInOrder | null;
  readonly limit: number;
}

/** A row of a list with its place. Each row whose value does not change has one place. */
export interface Placed<Row> {
  readonly row: Row;
  readonly place: PlaceInOrder;
}

export interface ChangeQuery extends PortfolioSelection {
  /** Only changes of this row. */
  readonly row: { readonly customerId: string; readonly skuId: string } | null;
  /** Only changes that were stored at this time or later. */
  readonly since?: Date | undefined;
}

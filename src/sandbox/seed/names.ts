import type { Random } from '../random.ts';

const places = [
  ...['Aldersund', 'Birkenau', 'Dornbach', 'Eiderstedt', 'Falkenrode', 'Granheim', 'Hollerfeld'],
  ...['Immensee', 'Kaltwasser', 'Lindenhof', 'Moorburg', 'Nebelhorn', 'Osterby', 'Pellworm'],
  ...['Quellmar', 'Rauenthal', 'Sandvik', 'Tannenau', 'Ulmenried', 'Vesterhav', 'Weidenbach'],
  ...['Xanderup', 'Yngvesund', 'Zollerstein', 'Ahrenholm', 'Brunnviken', 'Eschenbach', 'Fjordgard'],
] as const;

const trades = [
  ...['Logistics', 'Optics', 'Bakery', 'Robotics', 'Shipping', 'Textiles', 'Brewing', 'Dental'],
  ...['Architects', 'Solar', 'Foods', 'Insurance', 'Timber', 'Media', 'Pharma', 'Printing'],
  ...['Ceramics', 'Travel', 'Mobility', 'Glassworks', 'Analytics', 'Seafood', 'Metals', 'Gardens'],
] as const;

const firstNames = ['Anna', 'Bente', 'Carl', 'Dana', 'Emil', 'Frida', 'Goran', 'Hanna'] as const;
const lastNames = ['Berg', 'Dahl', 'Ek', 'Falk', 'Holm', 'Krog', 'Lund', 'Sand', 'Vik'] as const;

export interface Company {
  readonly name: string;
  readonly domain: string;
}

/** The company with this index; names and domains are unique. */
export function companyAt(index: number): Company {
  const pairs = places.length * trades.length;
  // 211 and the number of pairs are coprime, so every pair occurs once.
  const pair = (index * 211) % pairs;
  const place = places[pair % places.length] ?? places[0];
  const trade = trades[Math.floor(pair / places.length)] ?? trades[0];
  const round = Math.floor(index / pairs);
  const name = round === 0 ? `${place} ${trade}` : `${place} ${trade} ${round + 1}`;
  return { name, domain: domainOf(name) };
}

export function domainOf(name: string): string {
  return `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.example`;
}

export function personName(random: Random): string {
  return `${random.pick(firstNames)} ${random.pick(lastNames)}`;
}

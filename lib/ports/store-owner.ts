/**
 * The mark in an object store that says whose it is. Two instances over one store would each clear away what only the other
 * knows, so an instance works on a store that carries its own id alone (lib/services/store-owner.ts).
 */
export interface StoreOwner {
  /** The id of the instance that owns the store; null where no mark is. */
  read(): Promise<string | null>;
  /** Marks the store unless somebody has; returns the id of the owner. */
  claim(instanceId: string): Promise<string>;
  /** Marks it in place of whoever owned it. */
  replace(instanceId: string): Promise<void>;
}

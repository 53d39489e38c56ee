import type { OrderStatus } from './contract.js'
import type { Person } from './db/users.js'

const nextOf: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  new: ['paid', 'cancelled'],
  paid: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
}

/** What a customer may do with their own order; the rest is for staff. */
const byOwner: readonly OrderStatus[] = ['paid', 'cancelled']

/** The statuses an order may take next. */
export const allowedAfter = (status: OrderStatus): readonly OrderStatus[] => nextOf[status]

/** The statuses from which an order may become `status`. */
export const allowedBefore = (status: OrderStatus): OrderStatus[] =>
  (Object.keys(nextOf) as OrderStatus[]).filter((from) => nextOf[from].includes(status))

export const maySee = (user: Pick<Person, 'id' | 'role'>, order: { owner: string }): boolean => user.role === 'staff' || user.id === order.owner

export const maySet = (user: Pick<Person, 'role'>, status: OrderStatus): boolean => user.role === 'staff' || byOwner.includes(status)

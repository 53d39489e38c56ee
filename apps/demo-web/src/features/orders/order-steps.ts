import type { Order, OrderStatus, Role } from 'demo-api/contract'

export const statusName: Record<OrderStatus, string> = { new: 'New', paid: 'Paid', shipped: 'Shipped', delivered: 'Delivered', cancelled: 'Cancelled' }

/** The four columns of the board; an order that ended stands in the last, however it ended. */
export const columns = ['New', 'Paid', 'Shipped', 'Done'] as const

export function columnOf(status: OrderStatus): number {
  switch (status) {
    case 'new': return 0
    case 'paid': return 1
    case 'shipped': return 2
    case 'delivered': case 'cancelled': return 3
    default: return status satisfies never
  }
}

export interface Step { readonly to: OrderStatus; readonly label: string }

const pay: Step = { to: 'paid', label: 'Pay' }
const cancel: Step = { to: 'cancelled', label: 'Cancel' }

/** What this role may do next, the usual step first. The server has the last word. */
export function stepsOf(status: OrderStatus, role: Role): readonly Step[] {
  const staff = role === 'staff'
  switch (status) {
    case 'new': return [staff ? { to: 'paid', label: 'Mark paid' } : pay, cancel]
    case 'paid': return staff ? [{ to: 'shipped', label: 'Ship' }, cancel] : [cancel]
    case 'shipped': return staff ? [{ to: 'delivered', label: 'Mark delivered' }] : []
    case 'delivered': case 'cancelled': return []
    default: return status satisfies never
  }
}

/** Newest change first; on the board, column by column. */
export function sortOrders(orders: readonly Order[], role: Role): Order[] {
  const newest = (a: Order, b: Order) => b.updatedAt.localeCompare(a.updatedAt) || b.id.localeCompare(a.id)
  return orders.toSorted(role === 'staff' ? (a, b) => columnOf(a.status) - columnOf(b.status) || newest(a, b) : newest)
}

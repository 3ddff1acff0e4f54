// Our own addresses for a Connection, as its identity provider is told them.
import { serviceProviderOf } from '../domain/connection.ts'
import type { World } from './world.ts'

export function serviceProvider(world: World, connectionId: string): ReturnType<typeof serviceProviderOf> {
  return serviceProviderOf(world.publicUrl, connectionId)
}

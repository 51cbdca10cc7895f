import type { Grant, PluginSetting } from './grant.ts'
import type { Manifest } from './manifest.ts'

/** A plugin of the settings: found, read and granted what it gets. None of its code has run. */
export interface Plugin {
  /** Absolute and real. */
  readonly folder: string
  readonly manifest: Manifest
  readonly setting: PluginSetting
  readonly grant: Grant
}

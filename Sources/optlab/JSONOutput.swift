// Results for scripts.

import Foundation
import Harness

/// Prints a value as JSON.
func printJSON(_ value: some Encodable) throws { print(try jsonText(value)) }

/// A value as JSON, numbers that JSON has none for as texts.
func jsonText(_ value: some Encodable) throws -> String {
  String(decoding: try LabJSON.encode(value, readably: true), as: UTF8.self)
}

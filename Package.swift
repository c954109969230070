// swift-tools-version: 6.1
import PackageDescription

// Two compiler flags decide the speed of every loop over parameters:
// -fno-math-errno  without it squareRoot() keeps a branch for errno and no loop with it vectorises;
// -march=native    lets the compiler use all the vector registers of the machine it runs on.
// They are "unsafe" to SwiftPM: a package that uses them cannot be a dependency of another.
let numerics: [SwiftSetting] = [
  .unsafeFlags(["-Xcc", "-fno-math-errno", "-Xcc", "-march=native"])
]

let package = Package(
  name: "OptimizerLab",
  targets: [
    .target(name: "OptimizerKit", swiftSettings: numerics),
    .target(
      name: "LinearAlgebra", dependencies: ["COpenBLAS"], swiftSettings: numerics),

    .target(
      name: "Analysis", dependencies: ["OptimizerKit", "LinearAlgebra"], swiftSettings: numerics),

    // The plugins: one file each, listed by the build tool.
    .target(
      name: "Plugins",
      dependencies: ["OptimizerKit", "LinearAlgebra"],
      path: "Plugins", exclude: ["Suites", "README.md"],
      swiftSettings: numerics, plugins: ["ListPlugins"]),
    .executableTarget(
      name: "PluginCatalog", dependencies: ["OptimizerKit"], path: "Sources/PluginCatalog/Tool"),
    .plugin(
      name: "ListPlugins", capability: .buildTool(), dependencies: ["PluginCatalog"],
      path: "Sources/PluginCatalog/BuildTool"),

    .testTarget(
      name: "AnalysisTests", dependencies: ["Analysis", "OptimizerKit", "LinearAlgebra"]),

    // Libraries of the system.
    .systemLibrary(name: "COpenBLAS"),
  ]
)

// swift-tools-version: 6.1
import PackageDescription

// Three compiler flags decide the speed of every loop over parameters:
// -fno-math-errno  without it squareRoot() keeps a branch for errno and no loop with it vectorises;
// -march=native    lets the compiler use all the vector registers of the machine it runs on;
// -mprefer-vector-width=512  in full, where they have 512 bits: it would use the lower half of them.
// They are "unsafe" to SwiftPM: a package that uses them cannot be a dependency of another.
let numerics: [SwiftSetting] = [
  .unsafeFlags([
    "-Xcc", "-fno-math-errno", "-Xcc", "-march=native", "-Xcc", "-mprefer-vector-width=512",
  ]),
  // Tests run what users run, and ten times as fast.
  .unsafeFlags(["-O"], .when(configuration: .debug)),
]

// Release builds compile these modules file by file, so that an edited plugin costs seconds: what is
// called across their files is not worth more.
let fileByFile: [SwiftSetting] =
  numerics + [
    .unsafeFlags(
      [
        "-no-whole-module-optimization", "-enable-batch-mode", "-driver-batch-size-limit", "100",
        "-incremental",
      ],
      .when(configuration: .release))
  ]

let package = Package(
  name: "OptimizerLab",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
  ],
  targets: [
    // What a plugin's file is; apart from the contract, so that the build tool waits for little.
    .target(name: "PluginFiles"),
    .target(name: "OptimizerKit", dependencies: ["PluginFiles"], swiftSettings: numerics),
    .target(
      name: "LinearAlgebra", dependencies: ["OptimizerKit", "COneDNN", "COpenBLAS"],
      swiftSettings: numerics),
    .target(
      name: "Networks", dependencies: ["OptimizerKit", "LinearAlgebra", "COneDNN", "CZlib"],
      swiftSettings: numerics),

    .target(
      name: "Harness",
      dependencies: [
        "Analysis", "OptimizerKit", "Yams",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      swiftSettings: numerics),
    .target(
      name: "Analysis", dependencies: ["OptimizerKit", "LinearAlgebra"], swiftSettings: numerics),

    // The bridge to gnuplot-iostream, which is C++ over Boost.
    .target(
      name: "CGnuplot",
      linkerSettings: [.linkedLibrary("boost_iostreams"), .linkedLibrary("boost_system")]),
    .target(
      name: "Figures", dependencies: ["Analysis", "OptimizerKit", "CGnuplot"],
      swiftSettings: numerics),

    // The page's script and style are files of their own, compiled in.
    .target(
      name: "Report", dependencies: ["Analysis", "Figures", "OptimizerKit"],
      resources: [.embedInCode("Page/report.css"), .embedInCode("Page/report.js")]),

    // The command. Plugins that are loaded while it runs find the contract's symbols in it.
    .executableTarget(
      name: "optlab",
      dependencies: [
        "Analysis", "Figures", "Harness", "LinearAlgebra", "Networks", "OptimizerKit", "Plugins",
        "Report",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: fileByFile,
      linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"])]),

    // The plugins: one file each, listed by the build tool.
    .target(
      name: "Plugins",
      dependencies: ["OptimizerKit", "LinearAlgebra", "Networks", "Analysis", "Figures"],
      path: "Plugins", exclude: ["Suites", "README.md", "CATALOGUE.md", "REFERENCES.md"],
      swiftSettings: fileByFile, plugins: ["ListPlugins"]),
    .executableTarget(
      name: "PluginCatalog", dependencies: ["PluginFiles"], path: "Sources/PluginCatalog/Tool"),
    .plugin(
      name: "ListPlugins", capability: .buildTool(), dependencies: ["PluginCatalog"],
      path: "Sources/PluginCatalog/BuildTool"),

    .testTarget(
      name: "AnalysisTests", dependencies: ["Analysis", "OptimizerKit", "LinearAlgebra", "Plugins"]),
    .testTarget(
      name: "PluginsTests",
      dependencies: ["Plugins", "Analysis", "OptimizerKit", "LinearAlgebra", "Networks"]),

    .testTarget(
      name: "HarnessTests",
      dependencies: [
        "Harness", "OptimizerKit", "Plugins", .product(name: "GRDB", package: "GRDB.swift"),
      ]),

    .testTarget(
      name: "ReportTests", dependencies: ["Report", "Figures", "Analysis", "OptimizerKit"],
      exclude: ["browser.py"]),

    // Runs the built command as a process; it lies beside the tests.
    .testTarget(
      name: "OptlabTests", dependencies: ["optlab", "Networks"],
      exclude: ["Fixtures", "Snapshots"]),

    .testTarget(
      name: "FiguresTests", dependencies: ["Figures", "Plugins", "Analysis", "OptimizerKit"]),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "OptimizerKit"],
      swiftSettings: numerics),
    .testTarget(
      name: "NetworksTests",
      dependencies: ["Networks", "LinearAlgebra", "OptimizerKit", "Plugins", "CZlib"],
      swiftSettings: numerics),

    // Libraries of the system.
    .systemLibrary(name: "COneDNN"),
    .systemLibrary(name: "COpenBLAS"),
    .systemLibrary(name: "CZlib"),
  ],
  cxxLanguageStandard: .cxx17
)

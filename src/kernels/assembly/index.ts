/** What kernels.wasm exports: one line per file. */
export * from "./linear";
export * from "./elementwise";
export * from "./softmax";
export * from "./optimizers";
export * from "./adaptive";
export * from "./random";
export * from "./math";
export * from "./image";
export * from "./descriptor";

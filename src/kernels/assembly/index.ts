/** What the modules export: one line per file. */
export * from "./linear_bytes";
export * from "./linear_forward";
export * from "./linear_input_gradient";
export * from "./linear_norm";
export * from "./linear_update";
export * from "./linear_weight_gradient";
export { multiplyAddOne } from "./multiply_add";
export * from "./panels";
export * from "./elementwise";
export * from "./softmax";
export * from "./optimizers";
export * from "./adaptive";
export * from "./random";
export * from "./math";
export * from "./image";
export * from "./descriptor";
export * from "./sharpness";

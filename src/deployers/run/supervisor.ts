/** The program of a supervisor process; `supervise.ts` says what it does. Started by `../run.ts`, never by people. */
import { createContext } from "../../context.ts";
import { runSupervisor } from "./supervisor-process.ts";

await runSupervisor(createContext());

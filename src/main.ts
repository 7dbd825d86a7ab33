// Runs main.cjs, which is the same program and starts faster, because Node need not strip types.
import './main.cjs';

import module dev.weft.fabric;
import dev.weft.nn.Module;

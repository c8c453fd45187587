package dev.weft.nn;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name of a {@link Module}'s field in state dicts and in the module's text, where it is to
 * differ from the field's own: for names with underscores, which files from PyTorch have.
 *
 * {@snippet :
 * @StateName("self_attn")
 * final MultiheadAttention selfAttention = new MultiheadAttention(512, 8);
 * }
 */
@Documented
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface StateName {

  /** The name; neither empty nor with a dot. */
  String value();
}

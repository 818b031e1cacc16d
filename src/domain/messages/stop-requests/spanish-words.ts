/**
 * The Spanish words that the rules know, as english-words.ts has the English ones. Both share one vocabulary: `no` and `me`
 * are the same words in either, and a message may change the language in the middle. Verbs are listed in the forms that ask
 * (subjunctive, imperative, infinitive); what only tells, such as `no me llamó`, must not be among them.
 * Source: written by hand, with the usage of Mexico, the Caribbean, Argentina and Spain.
 */
export const spanishWords: Readonly<Record<string, string>> = {
  // Ending something
  deje: 'deje dejen deja dejes dejad dejar dejaran dejara',
  dejan: 'dejan dejaron dejo dejaste dejas dejando',
  pare: 'parad parale pare paren parar parenle parele parenla detener detenga detengan detenganse detengase cese cesen cesar',
  para: 'para pa',
  alto: 'alto',
  basta: 'basta',
  baja: 'baja bajas',
  cancelar: 'cancelar cancele cancelen cancela anular anulen anule',
  suspender: 'suspender suspenda suspendan',
  suscripcion: 'suscripcion subscripcion inscripcion',
  desuscribir:
    'desuscribir desuscribirme desuscribanme desuscribame desuscribeme desinscribir desinscribirme desinscribanme',
  // Leaving a list: verbs with the speaker as object, and without
  quiteme:
    'bajenme bajeme quiteme quitenme quitame quitarme quitenos quitennos saqueme saquenme sacame sacarme saquenos borreme borrenme borrame borrarme borrennos elimineme eliminenme eliminame eliminarme eliminenos remuevame remuevanme remueveme removerme borradme quitadme sacadme eliminadme retireme retirenme retirarme excluyanme excluyame',
  quite:
    'quiten quitar quita elimine eliminen elimina eliminar borre borren borra borrar saque saquen sacar saca remueva remuevan remover remueve retire retiren retirar quitaran quitara borraran borrara sacaran eliminaran eliminara excluyan',
  sacan: 'sacan quitan borran eliminan',
  quitelo:
    'quitelo quitenlo quitala quitarlo quitenla eliminenlo eliminelo eliminarlo eliminala borrenlo borrelo borrarlo saquenlo saquelo sacarlo',
  darme: 'dadme darme dame denme deme darnos dennos darse',
  dar: 'dar den doy',
  lista: 'lista listas registro base sistema sistemas agenda contactos registros archivos directorio bd archivo',
  numero: 'numero numeros nro telefono celular cel',
  nombre: 'nombre datos contacto',
  // Calls
  llame:
    'llame llamen llames llamar llamarme llamarnos llameis llamaran llamara marcaran marcara hablaran hablara marque marquen marques marcar marcarme telefonee telefoneen hable hablen hables hablarme',
  marco: 'marco marcaron marcaste',
  mal: 'mal',
  puse: 'puse respondi conteste',
  llamando: 'llamando llamandome marcando marcandome telefoneando',
  llamadas: 'llamadas llamada',
  llameme: 'llameme llamenme llamame marqueme marquenme marcame',
  llamado: 'llamado',
  // Texts
  escriba:
    'escriba escriban escribas escribir escribirme escribirnos escribiera escribieran textearan mensajearan textee texteen textees textear textearme mensajee mensajeen mensajear mensajearme escribais',
  escribiendo: 'escribiendo escribiendome texteando texteandome mensajeando',
  escribame: 'escribame escribanme escribeme',
  mensajes: 'mensajes mensaje msjs msj mensajitos mjs textos texto whatsapps menajes',
  mande:
    'mande manden mandes mandar mandarme mandarnos mandaran mandara mandei envie envien envies enviar enviarme enviarnos enviaran enviara',
  mandando: 'mandando mandandome enviando enviandome',
  mandeme: 'mandeme mandenme mandame envieme envienme enviame',
  // Either
  contacte:
    'busque busquen busques buscar buscarme contacte contacten contactes contactar contactarme contactarnos contactaran',
  contactando: 'contactando contactandome',
  contactado: 'contactado contactada molestado molestada',
  comunique: 'comunique comuniquen comuniques comunicar comunicarse',
  conmigo: 'conmigo nosotros',
  moleste:
    'moleste molesten molestes molestar molestarme molestarnos insista insistan insistas insistir fastidie fastidien fastidiar fastidiarme hostigue hostiguen hostigar hostigarme spameen spamear spamearme fregar frieguen acose acosen acosar acosarme',
  molestando: 'molestando molestandome acosando acosandome insistiendo fastidiando chingando jodiendo',
  publicidad:
    'publicidad promociones promocion ofertas oferta anuncios avisos alertas notificaciones informacion propaganda comunicaciones recordatorios',
  siga: 'siga sigan sigas seguir',
  sigue: 'siguen sigue sigues seguis',
  vuelva: 'vuelva vuelvan vuelvas volver',
  vuelve: 'vuelve vuelven vuelves',
  ande: 'ande anden andes esten estes estar estarme',
  // Saying no
  mas: 'mas',
  ya: 'ya',
  nunca: 'nunca jamas',
  nada: 'nada',
  ni: 'ni',
  quiero: 'quiero kiero kero quisiera deseo queremos deseamos necesito quisieramos gustaria',
  quiere: 'quiere quieren desea',
  recibir: 'recibir reciba recibiendo',
  interesa: 'interesa interesan',
  interesado: 'interesado interesada interesados',
  estoy: 'estoy estamos',
  ser: 'ser estan es',
  equivocado: 'equivocado incorrecto incorrecta equivocada equivocados',
  equivoco: 'equivoco equivocaste equivocaron equivocan equivocas',
  persona: 'persona personas',
  paz: 'paz',
  tranquilo: 'tranquilo tranquila tranquilos',
  dejeme: 'dejarme dejadme dejeme dejenme dejame dejennos dejenos dejanos',
  olvide: 'olvide olviden olvida olvidate olvidense olvidese pierda pierde pierdan',
  insult: 'madre verga mierda carajo chingada joder',
  vete: 'vete vayanse vayase larguense larguese largate',
  joda: 'chinga jodan jodas joda chinguen chingues rompan rompas romper joden chingar',
  // Consent
  revoco: 'revoco retiro',
  consentimiento: 'consentimiento autorizacion permiso',
  autorizo: 'autorizo autorice consiento',
  di: 'di dimos',
  suscribi: 'suscribi inscribi registre apunte suscribimos',
  derecho: 'derecho',
  cancelacion: 'cancelacion oposicion',
  ponga:
    'anoteme anotenme ponga pongan pon pongame ponganme poneme agregueme agreguenme apunteme incluyanme incluyame inscribanme registreme registren agregue agreguen incluya incluyan',
  robinson: 'robinson repep',
  solicito: 'solicito solicite pido exijo',
  // Who and what
  mi: 'mi mis nuestro nuestra',
  su: 'su sus tu tus vuestra',
  nos: 'nos',
  le: 'le les',
  se: 'se te',
  que: 'que q',
  de: 'de del d',
  el: 'el la los las lo',
  un: 'un una unos tanto tantos tanta tantas ningun ninguna otro otra',
  estos: 'estos este estas esta esto eso esos esas ese esa',
  todo: 'todo todos todas toda',
  con: 'con',
  en: 'en',
  al: 'al',
  por: 'por',
  porque: 'porque',
  como: 'como cuando donde cual',
  cuantas: 'cuantas',
  veces: 'veces vez',
  si: 'si',
  e: 'e',
  responda: 'responda responde responder',
  envio: 'envio envios',
  pero: 'pero',
  puede: 'pueden puede podrian podria puedes podrias pudieran',
  tengo: 'tengo hay tenemos',
  dije: 'dije pedi dicho pedido avise decir pedir dijimos pedimos digo',
  dice: 'dice dijo dicen dijeron pidio',
  casa: 'casa trabajo oficina linea',
  aqui: 'aqui ahi aca',
  // When
  ahorita:
    'ahorita ahora hoy manana antes hasta despues todavia aun mientras durante hora horas noche noches tarde temprano ayer lunes martes miercoles jueves viernes sabado domingo rato mejor',
  // Words that can stand around a request without altering it
  favor: 'xfavor xfa plis porfavor porfa favor',
  saludo:
    'hola oye oiga mire mira che buenas buenos dias tardes senor senora senorita joven bueno wey guey gracias entonces saludos',
  // What turns or colours a sentence
  amenaza:
    'denuncio denunciar denunciare demando demandar demandare denuncia demanda profeco abogado policia reportar reporto bloqueo bloquear bloqueados',
  sin: 'sin',
  querer: 'querer',
  era: 'era',
  saber: 'saber',
  ustedes: 'ustedes usted uds ud',
  salir: 'salir salirme',
  uso: 'uso',
  usen: 'usen utilicen utilice usar utilizar',
  servicio: 'servicio',
  prefiero: 'prefiero preferiria agradeceria agradezco',
  gusta: 'gusta',
  interes: 'interes',
  van: 'van va vais',
  inmediata: 'inmediata inmediato definitiva definitivamente',
  acoso: 'acoso',
  voy: 'voy vamos',
  harto: 'harto harta hartos cansado cansada cansados',
  tiene: 'tiene tienen tienes',
  m: 'm',
};
